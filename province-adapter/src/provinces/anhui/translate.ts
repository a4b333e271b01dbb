import type { EvidenceClass, OriginalValue, StandardRecord } from '@health-code/attestation';
import {
  findNobody,
  requireField,
  translateReason,
  translateValue,
  type ReasonTable,
  type ValueTable,
} from '../../local-format/translation-table.js';
import { AdapterError } from '../../errors.js';
import type { LocalAnswer } from '../../local-answer.js';
import { parseChangeTime } from './change-time.js';
import { profile } from './profile.js';

/** `healthLevel`; empty is 发放中. */
const VALUES: ValueTable = {
  '1': { status: '00' },
  '2': { status: '01' },
  '3': { status: '10' },
  '': { availability: 'pending' },
};

/** `colourReason` is free text in the documented format; these are the stand-in's words, so the table is ours. */
const REASONS: ReasonTable = {
  中高风险地区旅居史: { code: 'RISK_AREA_HISTORY', evidence: 'verified-source' },
  密切接触者: { code: 'CLOSE_CONTACT', evidence: 'authority-decision' },
  集中隔离医学观察: { code: 'CENTRAL_OBSERVATION', evidence: 'authority-decision' },
  居家隔离医学观察: { code: 'HOME_OBSERVATION', evidence: 'authority-decision' },
  核酸检测阳性: { code: 'TEST_POSITIVE', evidence: 'laboratory' },
  健康申报异常: { code: 'SYMPTOMS', evidence: 'self-declared' },
};

/** Conversion rule, version 1: 安康码 states no end; a day, in seconds. */
const VALIDITY = 86_400;

/** `dataSource`: whose code the answer was made from. */
const OWN_CODE = '1';
const NATIONAL_CODE = '2';

/**
 * What 国家健康码 says was only passed on by 安康码: the field says so beside the value, for both systems write the same levels.
 *
 * @throws AdapterError `TRANSLATION_VALUE_UNKNOWN` for a third origin: its levels may mean anything
 */
function originalOf(original: OriginalValue, dataSource: string | undefined): OriginalValue {
  if (dataSource === undefined || dataSource === OWN_CODE) return original;
  if (dataSource === NATIONAL_CODE) return { ...original, field: `${original.field} (dataSource ${NATIONAL_CODE})` };
  throw new AdapterError('TRANSLATION_VALUE_UNKNOWN', `${profile.system} gave dataSource a value that has no translation`, {
    untranslated: { field: 'dataSource', value: dataSource },
  });
}

/** Only of its own code does 安康码 say who decided; of a code from elsewhere, or nobody knows where, it is a source that was asked. */
const evidenceOf = (stated: EvidenceClass, dataSource: string | undefined): EvidenceClass =>
  dataSource === OWN_CODE || stated === 'self-declared' ? stated : 'verified-source';

/** 安康码 into the standard record. @throws AdapterError `TRANSLATION_VALUE_UNKNOWN`, `LOCAL_ANSWER_INVALID` */
export function translate(local: LocalAnswer, _now: number): StandardRecord {
  const nobody = findNobody(local, profile.system);
  if (nobody !== undefined) return nobody;
  const { healthLevel, dataSource, colourReason, changeTime } = local.fields;
  if (healthLevel === undefined) {
    // The person keeps the level to himself, which is no statement about him, and certainly none that he is well.
    const original = { system: profile.system, field: 'authField', value: requireField(local, 'authField') };
    return { availability: 'unavailable', original };
  }
  const { meaning, original: level } = translateValue(VALUES, profile, 'healthLevel', local);
  const original = originalOf(level, dataSource);
  if ('availability' in meaning) return { availability: meaning.availability, original };
  const reason = translateReason(REASONS, colourReason);
  return {
    availability: 'available',
    status: meaning.status,
    since: changeTime === undefined ? local.answeredAt : parseChangeTime(changeTime),
    validUntil: local.answeredAt + VALIDITY,
    reason: reason.code,
    rule: profile.conversionRule,
    authority: profile.code,
    evidence: evidenceOf(reason.evidence, dataSource),
    original,
  };
}
