import type { StandardRecord } from '@health-code/attestation';
import { parseChinaTime } from '../../local-format/china-time.js';
import {
  findNobody,
  requireField,
  translateReason,
  translateValue,
  type ReasonTable,
  type ValueTable,
} from '../../local-format/translation-table.js';
import type { LocalAnswer } from '../../local-answer.js';
import { profile } from './profile.js';

/** `risk_assessment_grade`. */
const VALUES: ValueTable = {
  '00': { status: '00' },
  '01': { status: '01' },
  '10': { status: '10' },
};

/** `reason` is free text in the documented format; these are the stand-in's words, so the table is ours. */
const REASONS: ReasonTable = {
  近14天内有中高风险地区旅居史: { code: 'RISK_AREA_HISTORY', evidence: 'verified-source' },
  近14天内与确诊或疑似病例有接触史: { code: 'CONTACT_HISTORY', evidence: 'verified-source' },
  申报有发热等症状: { code: 'SYMPTOMS', evidence: 'self-declared' },
  正在隔离观察: { code: 'UNDER_ISOLATION', evidence: 'authority-decision' },
  核酸检测结果为阳性: { code: 'TEST_POSITIVE', evidence: 'laboratory' },
};

/** 天府健康通 into the standard record. @throws AdapterError `TRANSLATION_VALUE_UNKNOWN`, `LOCAL_ANSWER_INVALID` */
export function translate(local: LocalAnswer, _now: number): StandardRecord {
  const nobody = findNobody(local, profile.system);
  if (nobody !== undefined) return nobody;
  const { meaning, original } = translateValue(VALUES, profile, 'risk_assessment_grade', local);
  if ('availability' in meaning) return { availability: meaning.availability, original };
  // Said as data, not as an error: the grade of a report that has ended is no statement any more.
  if (requireField(local, 'report_expired') === 'true') return { availability: 'expired', original };
  const reason = translateReason(REASONS, local.fields['reason']);
  return {
    availability: 'available',
    status: meaning.status,
    since: parseChinaTime(requireField(local, 'report_date')),
    validUntil: parseChinaTime(requireField(local, 'report_valid_date')),
    reason: reason.code,
    rule: profile.conversionRule,
    authority: profile.code,
    evidence: reason.evidence,
    original,
  };
}
