import { HEALTH_STATUSES, REASON_NOT_STATED, type EvidenceClass, type HealthStatus, type RuleReference, type StandardRecord } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import { REASON_IN_LOCAL_WORDS, findNobody, translateReason, translateValue, type ReasonMeaning, type ValueMeaning } from '../local-format/translation-table.js';
import type { LocalAnswer } from '../local-answer.js';
import type { ProvinceProfile } from '../province-system.js';
import type { Mapping } from './mapping-schema.js';
import { statusNames } from './read-fields.js';
import { secondsOf } from './schema-texts.js';
import { endOfDay, parseTime } from './time-format.js';

/** What a value of the table means, with what it rests on where the mapping says so. */
type FullMeaning = ValueMeaning & { readonly reason?: string | undefined; readonly evidence?: EvidenceClass | undefined; readonly rule?: string | undefined };

const isStatus = (word: string): word is HealthStatus => (HEALTH_STATUSES as readonly string[]).includes(word);

/** A value table as mapping files and their fixtures write it, in the form every province's table has. */
export function readMeaning(meaning: Mapping['values'][string]): FullMeaning {
  if (typeof meaning !== 'string') return meaning;
  return isStatus(meaning) ? { status: meaning } : { availability: meaning };
}

/** The file that holds a broken row or cannot be read itself, in place of the fields of an answer. Ours. */
export const UNREADABLE_FIELD = 'unreadable';

/**
 * The tables of a mapping as the function every province has.
 *
 * @returns a function that throws AdapterError `TRANSLATION_VALUE_UNKNOWN`, `LOCAL_ANSWER_INVALID`
 */
export function createMappedTranslation(mapping: Mapping, profile: ProvinceProfile): (local: LocalAnswer) => StandardRecord {
  const names = statusNames(mapping.fields);
  const values = Object.fromEntries(Object.entries(mapping.values).map(([value, meaning]) => [value, readMeaning(meaning)]));
  const statusName = names.status ?? '';

  const reasonOf = (local: LocalAnswer, meaning: FullMeaning): ReasonMeaning => {
    const stated = translateReason(mapping.reasons, names.reason === undefined ? undefined : local.fields[names.reason]);
    // Words that have a code say more than the value does; words that have none say less.
    const isSilent = stated.code === REASON_NOT_STATED || stated.code === REASON_IN_LOCAL_WORDS;
    return isSilent && meaning.reason !== undefined ? { code: meaning.reason, evidence: meaning.evidence ?? stated.evidence } : stated;
  };
  const ruleOf = (meaning: FullMeaning): RuleReference => {
    const written = meaning.rule === undefined ? undefined : mapping.rules[meaning.rule];
    return written === undefined ? profile.conversionRule : { id: `${profile.code}-${meaning.rule ?? ''}`, version: written.version };
  };
  const timeOf = (local: LocalAnswer, field: 'since' | 'validUntil'): number | undefined => {
    const name = names[field];
    const text = name === undefined ? undefined : local.fields[name];
    return text === undefined || text === '' ? undefined : parseTime(text, mapping.fields[field]?.format ?? '', profile.timeZone);
  };
  const endOf = (local: LocalAnswer): number => {
    const stated = timeOf(local, 'validUntil');
    if (stated !== undefined) return mapping.fields.validUntil?.endOfDay === true ? endOfDay(stated, profile.timeZone) : stated;
    if (mapping.validity === undefined) throw new AdapterError('LOCAL_ANSWER_INVALID', 'the local answer does not say until when it holds');
    return local.answeredAt + secondsOf(mapping.validity);
  };

  return (local) => {
    const nobody = findNobody(local, profile.system);
    if (nobody !== undefined) return nobody;
    if (Object.hasOwn(local.fields, UNREADABLE_FIELD)) throw new AdapterError('LOCAL_ANSWER_INVALID', 'a file, or a row of one, cannot be read');
    const { meaning, original } = translateValue(values, profile, statusName, local);
    if ('availability' in meaning) return { availability: meaning.availability, original };
    const full: FullMeaning = meaning;
    const reason = reasonOf(local, full);
    return {
      availability: 'available',
      status: meaning.status,
      since: timeOf(local, 'since') ?? local.answeredAt,
      validUntil: endOf(local),
      reason: reason.code,
      rule: ruleOf(full),
      authority: profile.code,
      evidence: reason.evidence,
      original,
    };
  };
}
