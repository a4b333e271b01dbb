import {
  CLOCK_TOLERANCE_SECONDS,
  HEALTH_STATUSES,
  REASON_NOT_STATED,
  type OriginalValue,
  type RuleReference,
  type StandardRecord,
  type StatusRecord,
} from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import type { LocalAnswer, ProvinceDefinition, ProvinceProfile } from '../province-system.js';

/** A region code of GB/T 2260 or a USCC of GB 32100. */
const AUTHORITY = /^(?:[1-9][0-9]{5}|[0-9A-HJ-NPQRTUWXY]{18})$/;
const REASON = /^[A-Z][A-Z0-9_]{0,63}$/;
/** A longer text in a status field is not a status; a control character or lone surrogate is not text. */
const ORIGINAL = /^[^\p{Cc}\p{Cs}]{0,128}$/u;

function refuseRecord(why: string): never {
  throw new AdapterError('TRANSLATION_RECORD_INVALID', `the translation yields a record that ${why}`);
}

function requireOriginal(original: OriginalValue, profile: ProvinceProfile): void {
  if (original.system !== profile.system) refuseRecord('names another local system');
  if (original.field === '' || !ORIGINAL.test(original.field) || !ORIGINAL.test(original.value)) refuseRecord('has no original field and value');
}

function requireRegisteredRule(rule: RuleReference, profile: ProvinceProfile): void {
  const isRegistered = profile.rules.some(({ id, version }) => id === rule.id && version === rule.version);
  if (!isRegistered) refuseRecord('cites a rule that the profile does not list');
}

/** A yellow or red without a reason stands under the conversion rule: no assignment rule may be cited for it. */
function withStatedReason(record: StatusRecord, profile: ProvinceProfile): StatusRecord {
  if (record.reason !== '' && record.reason !== REASON_NOT_STATED) return record;
  const rule = record.status === '00' ? record.rule : profile.conversionRule;
  return { ...record, reason: REASON_NOT_STATED, rule };
}

/**
 * A local answer into the standard record: the province's own table, then what holds for every province. A statement
 * that has ended is no statement.
 *
 * @param now seconds since the epoch
 * @throws AdapterError `TRANSLATION_VALUE_UNKNOWN`; `TRANSLATION_RECORD_INVALID` when the province's table is at fault
 */
export function translateAnswer(province: Pick<ProvinceDefinition, 'profile' | 'translate'>, answer: LocalAnswer, now: number): StandardRecord {
  const { profile } = province;
  const record = province.translate(answer, now);
  requireOriginal(record.original, profile);
  if (record.availability !== 'available') return record;
  if (!HEALTH_STATUSES.includes(record.status)) refuseRecord('has another status than 00, 01 and 10');
  const { since, validUntil } = record;
  if (!Number.isSafeInteger(since) || !Number.isSafeInteger(validUntil) || since < 0) refuseRecord('has a time that is not whole seconds');
  if (since > now + CLOCK_TOLERANCE_SECONDS) refuseRecord('begins in the future: a clock is wrong');
  if (validUntil <= now) return { availability: 'expired', original: record.original };
  const stated = withStatedReason({ ...record, since: Math.min(since, now) }, profile);
  if (!REASON.test(stated.reason)) refuseRecord('has a reason that is not a code');
  if (!AUTHORITY.test(stated.authority)) refuseRecord('names no authority');
  requireRegisteredRule(stated.rule, profile);
  return stated;
}
