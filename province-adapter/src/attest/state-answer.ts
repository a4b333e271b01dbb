import { AttestationError, REASON_NOT_STATED, type IdentityDocument, type NoStatusRecord, type StatusRecord, type TestResultRecord } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import { isMaskedName } from '../local-format/masked.js';
import { isKnownByReference, resolveSubject, type ResolveReference } from '../person/resolve-subject.js';
import type { LocalAnswer } from '../local-answer.js';
import type { LocalKind } from '../province-system.js';
import { translateAnswer, type TranslatingProvince } from '../translate/translate-answer.js';
import type { AttestableRecord, Statement } from './statement.js';
import { isNotTranslatable, statesNoStatus, withdrawalOf, type WithdrawalCause } from './withdrawal.js';

/** What a local answer comes to: a statement about a person, or no status; then what was stated before is withdrawn. */
export type StatedAnswer =
  | { readonly availability: StatusRecord['availability']; readonly statement: Statement }
  | { readonly availability: NoStatusRecord['availability']; readonly withdrawal?: Statement }
  | { readonly refusal: AdapterError | AttestationError; readonly withdrawal?: Statement };

/** What it takes to understand a local answer. */
export interface AnswerTerms {
  readonly province: TranslatingProvince;
  readonly resolve: ResolveReference;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/**
 * Translates an answer and finds out whom it is about. Where there is no status nobody needs to be known; who is known has
 * an earlier status withdrawn. The refusal of an answer that cannot be stated is `TRANSLATION_VALUE_UNKNOWN`,
 * `TRANSLATION_RECORD_INVALID`, `LOCAL_PERSON_UNRESOLVED`, `LOCAL_ANSWER_INVALID` or a code of the attestation package.
 *
 * @param asked the document the local system was asked with
 * @param kind what it was asked about
 */
export async function stateAnswer(answer: LocalAnswer, terms: AnswerTerms, asked?: IdentityDocument, kind: LocalKind = 'health-status'): Promise<StatedAnswer> {
  const withdraw = async (cause: WithdrawalCause): Promise<{ readonly withdrawal?: Statement }> => {
    const withdrawal = await withdrawalOf(answer, kind, cause, terms, asked);
    return withdrawal === undefined ? {} : { withdrawal };
  };
  try {
    const record = translateAnswer(terms.province, answer, terms.now(), kind);
    if (record.availability !== 'available') return { availability: record.availability, ...(await withdraw(statesNoStatus(record.original))) };
    return { availability: record.availability, statement: await stateRecord(attestable(record), answer, terms, asked) };
  } catch (cause) {
    if (!(cause instanceof AdapterError || cause instanceof AttestationError)) throw cause;
    return { refusal: cause, ...(await withdraw(isNotTranslatable(cause, terms.province.profile.system))) };
  }
}

/** Member by member: whatever else a translation left in its record goes no further. */
function attestable(record: StatusRecord | TestResultRecord): AttestableRecord {
  const { since, validUntil, rule, authority, evidence, original } = record;
  const common = { since, validUntil, rule, authority, evidence, original };
  if (!('kind' in record)) return { kind: 'health-status', status: record.status, reason: record.reason, ...common };
  const { reportedAt, method, laboratory } = record.test;
  return { kind: record.kind, status: record.result, reason: REASON_NOT_STATED, test: { reportedAt, method, laboratory }, ...common };
}

async function stateRecord(record: AttestableRecord, answer: LocalAnswer, terms: AnswerTerms, asked?: IdentityDocument): Promise<Statement> {
  const { maskedName } = answer;
  const subject = await resolveSubject(answer, terms.resolve, asked);
  return {
    subject,
    record,
    // A name that came unmasked would be signed, and shown at every checkpoint: the statement stands without one.
    ...(maskedName !== undefined && isMaskedName(maskedName) ? { maskedName } : {}),
    ...(isKnownByReference(answer, asked) ? { isByReference: true } : {}),
  };
}
