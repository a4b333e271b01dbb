import { REASON_NOT_TRANSLATABLE, REASON_WITHDRAWN, type IdentityDocument, type OriginalValue } from '@health-code/attestation';
import { AdapterError, type LocalValue } from '../errors.js';
import { isKnownByReference, resolveSubject, type ResolveReference } from '../person/resolve-subject.js';
import type { LocalAnswer } from '../local-answer.js';
import type { LocalKind, ProvinceProfile } from '../province-system.js';
import type { AttestableRecord, Statement } from './statement.js';

/** Why a status is withdrawn. */
export type WithdrawalCause = Pick<AttestableRecord, 'reason' | 'original'>;

/** What a withdrawal is made with. */
export interface WithdrawalTerms {
  readonly province: { readonly profile: ProvinceProfile };
  readonly resolve: ResolveReference;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** A word or a code of a local table; nothing that is long or looks like a number of a person goes into the ledger. */
const PLAIN_VALUE = /^(?!.*\d{4})[\p{L}\p{N} ._-]{1,16}$/u;
const PLAIN_FIELD = /^[\p{L}\p{N}._-]{1,64}$/u;

/** What of a local value may stand in the ledger for good: its field and its word where both are plain, and nothing else. */
function plainOriginal(system: string, stated: LocalValue | undefined): OriginalValue {
  const field = stated !== undefined && PLAIN_FIELD.test(stated.field) ? stated.field : '';
  const value = stated !== undefined && field !== '' && PLAIN_VALUE.test(stated.value) ? stated.value : '';
  return { system, field, value };
}

/** 撤回, because the local system answered and states no status; its own word goes along where it is a plain one. */
export const statesNoStatus = ({ system, ...stated }: OriginalValue): WithdrawalCause => ({ reason: REASON_WITHDRAWN, original: plainOriginal(system, stated) });

/** 撤回, because what the local system states has no translation; its own word goes along where it is a plain one. */
export function isNotTranslatable(cause: unknown, system: string): WithdrawalCause {
  const stated: LocalValue | undefined = cause instanceof AdapterError ? cause.untranslated : undefined;
  return { reason: REASON_NOT_TRANSLATABLE, original: plainOriginal(system, stated) };
}

/**
 * The statement that withdraws what was stated, of one kind, about the person of an answer; undefined where nobody can say who that is.
 * Whether there is anything to withdraw is seen when it is attested.
 *
 * @param asked the document the local system was asked with
 */
export async function withdrawalOf(
  answer: LocalAnswer,
  kind: LocalKind,
  cause: WithdrawalCause,
  terms: WithdrawalTerms,
  asked?: IdentityDocument,
): Promise<Statement | undefined> {
  let subject: string;
  try {
    subject = await resolveSubject(answer, terms.resolve, asked);
  } catch {
    return undefined;
  }
  const { conversionRule: rule, code: authority } = terms.province.profile;
  const since = terms.now();
  const record = { kind, status: 'none', since, validUntil: Number.POSITIVE_INFINITY, rule, authority, evidence: 'verified-source', ...cause } as const;
  return { subject, record, ...(isKnownByReference(answer, asked) ? { isByReference: true } : {}) };
}
