import type { IdentityDocument, NoStatusRecord, StatusRecord } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import { resolveSubject, type ResolveReference } from '../person/resolve-subject.js';
import type { LocalAnswer, ProvinceDefinition } from '../province-system.js';
import { translateAnswer } from '../translate/translate-answer.js';
import type { Statement } from './attest.js';

/** What a local answer comes to: a statement about a person, or no status. */
export type StatedAnswer =
  | { readonly availability: StatusRecord['availability']; readonly statement: Statement }
  | { readonly availability: NoStatusRecord['availability'] };

/** What it takes to understand a local answer. */
export interface AnswerTerms {
  readonly province: Pick<ProvinceDefinition, 'profile' | 'translate'>;
  readonly resolve: ResolveReference;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** As an attestation's disclosure takes it. */
const MASKED_NAME = /^[^\p{Cc}\p{Cs}]{1,64}$/u;

/**
 * Translates an answer and finds out whom it is about. Where there is no status nobody needs to be known.
 *
 * @param asked the document the local system was asked with
 * @throws AdapterError `TRANSLATION_VALUE_UNKNOWN`, `TRANSLATION_RECORD_INVALID`, `LOCAL_PERSON_UNRESOLVED`, `LOCAL_ANSWER_INVALID`
 */
export async function stateAnswer(answer: LocalAnswer, terms: AnswerTerms, asked?: IdentityDocument): Promise<StatedAnswer> {
  const record = translateAnswer(terms.province, answer, terms.now());
  if (record.availability !== 'available') return { availability: record.availability };
  const { maskedName } = answer;
  if (maskedName !== undefined && !MASKED_NAME.test(maskedName)) throw new AdapterError('LOCAL_ANSWER_INVALID', 'the masked name is not a name');
  const subject = await resolveSubject(answer, terms.resolve, asked);
  return { availability: 'available', statement: { subject, record, ...(maskedName === undefined ? {} : { maskedName }) } };
}
