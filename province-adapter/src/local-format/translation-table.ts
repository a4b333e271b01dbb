import {
  REASON_NOT_STATED,
  type Availability,
  type EvidenceClass,
  type HealthStatus,
  type NoStatusRecord,
  type OriginalValue,
} from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import type { LocalAnswer } from '../local-answer.js';
import type { ProvinceProfile } from '../province-system.js';

/** What one value of a local status field means: a colour, or why there is none. */
export type ValueMeaning =
  { readonly status: HealthStatus } | { readonly availability: Exclude<Availability, 'available'> };

/** 状态对照表: every value a local status field is known to take. A value that is not here has no meaning. */
export type ValueTable = Readonly<Record<string, ValueMeaning>>;

/** What a local system's words for a reason stand for. */
export interface ReasonMeaning {
  readonly code: string;
  readonly evidence: EvidenceClass;
}

/** 赋码原因对照表, by the local system's own words. */
export type ReasonTable = Readonly<Record<string, ReasonMeaning>>;

/** Reason code of a stated reason whose words have no code yet; the words themselves reach the person as guidance. */
export const REASON_IN_LOCAL_WORDS = 'REASON_IN_LOCAL_WORDS';

/** Field of a local answer that stands for a lookup by identity document that found nobody. Ours, not of any local format. */
export const PERSON_FIELD = 'person';

/** Value of {@link PERSON_FIELD}. */
export const PERSON_NOT_FOUND = 'not-found';

/** An answer that says nothing but that the province has no such person. */
export function personNotFound(answeredAt: number): LocalAnswer {
  return { fields: { [PERSON_FIELD]: PERSON_NOT_FOUND }, answeredAt };
}

/** The record of {@link personNotFound}; absent for every other answer. */
export function findNobody(local: LocalAnswer, system: string): NoStatusRecord | undefined {
  const value = local.fields[PERSON_FIELD];
  if (value !== PERSON_NOT_FOUND) return undefined;
  return { availability: 'no-such-person', original: { system, field: PERSON_FIELD, value } };
}

/**
 * Looks a local value up.
 *
 * @throws AdapterError `TRANSLATION_VALUE_UNKNOWN` for a value, or a missing field, that the table does not list
 */
export function translateValue<Meaning = ValueMeaning>(
  table: Readonly<Record<string, Meaning>>,
  profile: ProvinceProfile,
  field: string,
  local: LocalAnswer,
): { readonly meaning: Meaning; readonly original: OriginalValue } {
  const value = local.fields[field];
  // Own members only: "constructor" is a value like any other, and unknown.
  const meaning = value !== undefined && Object.hasOwn(table, value) ? table[value] : undefined;
  if (value === undefined || meaning === undefined) {
    throw new AdapterError(
      'TRANSLATION_VALUE_UNKNOWN',
      `${profile.system} gave ${field} a value that has no translation`,
      value === undefined ? {} : { untranslated: { field, value } },
    );
  }
  return { meaning, original: { system: profile.system, field, value } };
}

/** Looks the local words of a reason up; words without a code keep that they were stated, silence keeps that nothing was. */
export function translateReason(table: ReasonTable, words: string | undefined): ReasonMeaning {
  const text = (words ?? '').trim();
  if (text === '') return { code: REASON_NOT_STATED, evidence: 'verified-source' };
  const meaning = Object.hasOwn(table, text) ? table[text] : undefined;
  return meaning ?? { code: REASON_IN_LOCAL_WORDS, evidence: 'verified-source' };
}

/** A field of a local answer that its source always fills. @throws AdapterError `LOCAL_ANSWER_INVALID` */
export function requireField(local: LocalAnswer, field: string): string {
  const value = local.fields[field];
  if (value === undefined) throw new AdapterError('LOCAL_ANSWER_INVALID', `the local answer has no ${field}`);
  return value;
}
