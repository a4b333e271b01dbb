import type { ProvinceCode } from '@health-code/attestation';
import { parseCanaryCode } from '@health-code/messages';
import type { CallHandlers } from '../call/call-handlers.js';
import { AdapterError } from '../errors.js';
import { parseScannedCode } from '../operations/parse-request.js';
import type { Canaries } from './canaries.js';

/**
 * `attestCode` for canaries, and for everything else as `attestCode` of the province does it. The local system never sees a
 * canary's code: it could not know it, and would count it.
 *
 * @throws AdapterError LOCAL_CODE_FOREIGN for the canary of another province, and those of {@link Canaries.answer}
 */
export function answeringCanaries(attestCode: CallHandlers['attestCode'], issuer: ProvinceCode, canaries: Pick<Canaries, 'answer'>): CallHandlers['attestCode'] {
  return async (request, context) => {
    const canary = parseCanaryCode(parseScannedCode(request.code));
    if (canary === undefined) return attestCode(request, context);
    if (canary.province !== issuer) throw new AdapterError('LOCAL_CODE_FOREIGN', 'the canary is another province\'s');
    return { attestation: await canaries.answer(canary.name), availability: 'available', bizExtData: '' };
  };
}
