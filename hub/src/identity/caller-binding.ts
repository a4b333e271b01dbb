import { channel } from 'node:diagnostics_channel';
import { HubError } from '../errors.js';
import type { Caller } from './caller.js';
import { REFUSED_CALLERS, type RefusedCaller } from './guard.js';

const refused = channel(REFUSED_CALLERS);

/** Tells the log, as for those whom the guard refuses: a stolen certificate shows itself here. */
function refuse(caller: Caller, error: HubError, field: string): never {
  refused.publish({ code: error.code, path: field, id: caller.id } satisfies RefusedCaller);
  throw error;
}

/**
 * Refuses a request that speaks for another province than the caller's certificate: the province decides which rule is applied
 * and who is held to have asked.
 * @throws HubError CALLER_PROVINCE_MISMATCH
 */
export function requireOwnProvince(caller: Caller, province: string): void {
  if (caller.province === province) return;
  const violation = { field: 'context.province', description: 'must be the province of the client certificate' };
  refuse(caller, new HubError('CALLER_PROVINCE_MISMATCH', 'the request speaks for another province than the certificate', { fieldViolations: [violation] }), violation.field);
}

/**
 * Refuses a question about an identity document from anything but a device that its province has enrolled: whoever may ask about
 * numbers can look people up who are not there.
 * @throws HubError CALLER_NOT_ALLOWED
 */
export function requireDevice(caller: Caller): void {
  if (caller.role === 'checkpoint') return;
  const violation = { field: 'identity_document', description: 'needs the certificate of a checkpoint' };
  refuse(caller, new HubError('CALLER_NOT_ALLOWED', 'an identity document is shown by an enrolled checkpoint device only', { fieldViolations: [violation] }), violation.field);
}
