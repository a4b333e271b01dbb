import { readClaims, splitPresentation, type Attestation, type ProvinceCode } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import type { ReplyTo, RequestOf } from '../province-call/parse-reply.js';
import type { Checkpoint } from '../verify/checkpoint-request.js';
import type { VerifiedCode } from '../verify/verified-code.js';
import { judgeAnswer, type AttestationJudge, type CallLimits } from '../verify/verify-local-code.js';
import type { Conversion } from './parse-request.js';

/** Asks the province where the person arrives to convert. */
export interface ConvertingProvinces {
  call(province: string, operation: 'convertCode', request: RequestOf<'convertCode'>, limits?: CallLimits): Promise<ReplyTo<'convertCode'>>;
}

/** What came of a conversion: the verdict over the foreign statement; where that is recognised, what was made of it. */
export interface Converted {
  readonly source: VerifiedCode;
  readonly made?: {
    readonly verdict: VerifiedCode;
    /** For the holder; absent where the local statement is not recognised. */
    readonly handed?: Pick<ReplyTo<'convertCode'>, 'presentation' | 'subjectReference'>;
  };
}

/** The compact JWS of what was verified. */
const tokenOf = (presentation: Uint8Array): string => splitPresentation(Buffer.from(presentation).toString('latin1')).token;

/** The holder asks, of a colour, at no checkpoint. */
const holderIn = (province: ProvinceCode): Checkpoint => ({
  province,
  checkpointClass: 'general',
  purpose: v1.Purpose.PURPOSE_SELF,
  kind: 'health-status',
  context: {},
});

/**
 * Whether what the province made is about the person shown, says the same colour, and was made from what was shown. The
 * province's own statement, which it gives where it has one, was made from nothing.
 */
const isMadeOf = (shown: Attestation, made: Attestation, subjectReference: string): boolean =>
  made.subject === shown.subject &&
  subjectReference === shown.subject &&
  made.status === shown.status &&
  (made.source === undefined || (made.source.issuer === shown.issuer && made.source.sequence === shown.sequence));

/**
 * 转码: the province is asked only about what is recognised, and its word for the result is judged like any other.
 *
 * @param now seconds since the epoch
 * @throws HubError REQUEST_INVALID for a statement of the province itself; ADAPTER_ANSWER_INVALID where what it made is about
 * somebody else, says another colour or was made from something else; and those of a failed call
 */
export async function convertCode(
  { province, attestation }: Conversion,
  provinces: ConvertingProvinces,
  judge: AttestationJudge,
  limits: CallLimits,
  now: number,
): Promise<Converted> {
  const holder = holderIn(province);
  const source = await judge.verify(attestation, holder.checkpointClass, now);
  if (source.attestation?.issuer === province) {
    throw new HubError('REQUEST_INVALID', 'nothing is converted at home', {
      fieldViolations: [{ field: 'province', description: 'must be another one than the issuer of the attestation' }],
    });
  }
  if (source.verdict.recognition !== 'recognised') return { source };
  const { attestation: token, presentation, subjectReference } = await provinces.call(province, 'convertCode', { province, attestation }, limits);
  const verdict = await judgeAnswer(province, { token, availability: 'available' }, holder, judge, now);
  // Its signature holds, or else nothing of it is told; whatever the verdict, it has to be the answer to what was shown.
  if (verdict.attestation !== undefined && !isMadeOf(readClaims(tokenOf(attestation)), readClaims(token), subjectReference)) {
    throw new HubError('ADAPTER_ANSWER_INVALID', 'the province answers with a statement that was not made of the one shown');
  }
  if (verdict.verdict.recognition !== 'recognised') return { source, made: { verdict } };
  return { source, made: { verdict, handed: { presentation, subjectReference } } };
}
