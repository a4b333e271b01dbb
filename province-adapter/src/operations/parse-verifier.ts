import { parseProvinceCode } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { AdapterError } from '../errors.js';
import type { VerifierContext } from '../local-answer.js';

const PURPOSES: Readonly<Record<v1.Purpose, VerifierContext['purpose'] | undefined>> = {
  [v1.Purpose.PURPOSE_UNSPECIFIED]: undefined,
  [v1.Purpose.PURPOSE_CHECKPOINT]: 'checkpoint',
  [v1.Purpose.PURPOSE_TRAVEL]: 'travel',
  [v1.Purpose.PURPOSE_MEDICAL_CARE]: 'medical-care',
  [v1.Purpose.PURPOSE_SELF]: 'self',
  [v1.Purpose.PURPOSE_DISPUTE]: 'dispute',
};

/** What a local system prints or stores; no control characters. */
const TEXT = /^[^\p{Cc}\p{Cs}]{0,128}$/u;

/** @throws AdapterError REQUEST_FIELD_INVALID for none, or one that is not on the closed list */
export function parsePurpose(purpose: v1.Purpose | null | undefined): VerifierContext['purpose'] {
  const known = PURPOSES[purpose ?? v1.Purpose.PURPOSE_UNSPECIFIED];
  if (known === undefined) throw new AdapterError('REQUEST_FIELD_INVALID', 'the call names no purpose');
  return known;
}

/** @throws AdapterError REQUEST_FIELD_INVALID for a text that is too long or is no text */
export function parseText(text: string | null | undefined): string {
  if (!TEXT.test(text ?? '')) throw new AdapterError('REQUEST_FIELD_INVALID', 'a text of the call is too long or has control characters');
  return text ?? '';
}

/**
 * 验码方 as the hub passes it on.
 *
 * @throws AdapterError REQUEST_FIELD_INVALID; AttestationError PROVINCE_UNKNOWN
 */
export function parseVerifier(context: v1.ICheckpointContext | null | undefined): VerifierContext {
  return {
    province: parseProvinceCode(context?.province ?? ''),
    purpose: parsePurpose(context?.purpose),
    organisation: parseText(context?.organisation),
    position: parseText(context?.position),
  };
}
