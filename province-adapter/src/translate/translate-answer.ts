import {
  CLOCK_TOLERANCE_SECONDS,
  HEALTH_STATUSES,
  REASON_NOT_STATED,
  TEST_METHODS,
  TEST_RESULTS,
  type NoStatusRecord,
  type OriginalValue,
  type RuleReference,
  type StatusRecord,
  type TestResultRecord,
} from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import type { LocalAnswer } from '../local-answer.js';
import type { LocalKind, ProvinceDefinition, ProvinceProfile } from '../province-system.js';

/** A province's own tables, and what it registered. */
export type TranslatingProvince = Pick<ProvinceDefinition, 'profile' | 'translate' | 'translations'>;

/** What a translation yields, of whatever kind. */
export type TranslatedRecord = StatusRecord | TestResultRecord | NoStatusRecord;

/** A region code of GB/T 2260 or a USCC of GB 32100. */
const ORGANISATION = /^(?:[1-9][0-9]{5}|[0-9A-HJ-NPQRTUWXY]{18})$/;
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

/** What holds of a colour alone. */
function checkStatus(record: StatusRecord, profile: ProvinceProfile): StatusRecord {
  if (!HEALTH_STATUSES.includes(record.status)) refuseRecord('has another status than 00, 01 and 10');
  const stated = withStatedReason(record, profile);
  if (!REASON.test(stated.reason)) refuseRecord('has a reason that is not a code');
  return stated;
}

/** What holds of a test alone. */
function checkTest(record: TestResultRecord, sampledAt: number, now: number): TestResultRecord {
  const { reportedAt, method, laboratory } = record.test;
  if (!TEST_RESULTS.includes(record.result)) refuseRecord('has a result that is none of the table');
  if (!TEST_METHODS.includes(method)) refuseRecord('has a way of sampling that is none of the table');
  // By code or not at all: a free text could name a person.
  if (laboratory !== '' && !ORGANISATION.test(laboratory)) refuseRecord('names a laboratory by something else than a code');
  if (!Number.isSafeInteger(reportedAt) || reportedAt < sampledAt) refuseRecord('was reported before it was sampled');
  if (reportedAt > now + CLOCK_TOLERANCE_SECONDS) refuseRecord('was reported in the future: a clock is wrong');
  return record;
}

/** @throws AdapterError `OPERATION_NOT_OFFERED` for a kind the province has no table of */
function translate(province: TranslatingProvince, answer: LocalAnswer, now: number, kind: LocalKind): TranslatedRecord {
  if (kind === 'health-status') return province.translate(answer, now);
  const translateKind = province.translations?.[kind];
  if (translateKind === undefined) throw new AdapterError('OPERATION_NOT_OFFERED', `the province states no ${kind}`);
  return translateKind(answer, now);
}

/**
 * A local answer into the standard record of one kind: the province's own table, then what holds for every province. A
 * statement that has ended is no statement.
 *
 * @param now seconds since the epoch
 * @throws AdapterError `TRANSLATION_VALUE_UNKNOWN`; `TRANSLATION_RECORD_INVALID` when the province's table is at fault
 */
export function translateAnswer(province: TranslatingProvince, answer: LocalAnswer, now: number, kind: LocalKind = 'health-status'): TranslatedRecord {
  const { profile } = province;
  const record = translate(province, answer, now, kind);
  requireOriginal(record.original, profile);
  if (record.availability !== 'available') return record;
  if (('kind' in record ? record.kind : 'health-status') !== kind) refuseRecord('is of another kind than was asked for');
  const { since, validUntil } = record;
  if (!Number.isSafeInteger(since) || !Number.isSafeInteger(validUntil) || since < 0) refuseRecord('has a time that is not whole seconds');
  if (since > now + CLOCK_TOLERANCE_SECONDS) refuseRecord('begins in the future: a clock is wrong');
  if (validUntil <= now) return { availability: 'expired', original: record.original };
  const begun = Math.min(since, now);
  const stated = 'kind' in record ? { ...checkTest(record, since, now), since: begun } : { ...checkStatus(record, profile), since: begun };
  if (!ORGANISATION.test(stated.authority)) refuseRecord('names no authority');
  requireRegisteredRule(stated.rule, profile);
  return stated;
}
