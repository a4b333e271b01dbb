import { REASON_NOT_STATED, type StandardRecord } from '@health-code/attestation';
import { findNobody, translateValue, type ValueTable } from '../../local-format/translation-table.js';
import type { LocalAnswer } from '../../province-system.js';
import { profile } from './profile.js';

/** `res.level`. */
const VALUES: ValueTable = {
  green: { status: '00' },
  yellow: { status: '01' },
  red: { status: '10' },
};

/** The answer states no end of the status: the conversion rule, version 1, gives it a day. Seconds. */
const CONVERSION_VALIDITY = 86_400;

/** 苏康码 into the standard record. It states neither reason nor time. @throws AdapterError `TRANSLATION_VALUE_UNKNOWN` */
export function translate(local: LocalAnswer, _now: number): StandardRecord {
  const nobody = findNobody(local, profile.system);
  if (nobody !== undefined) return nobody;
  const { meaning, original } = translateValue(VALUES, profile, 'level', local);
  if ('availability' in meaning) return { availability: meaning.availability, original };
  return {
    availability: 'available',
    status: meaning.status,
    since: local.answeredAt,
    validUntil: local.answeredAt + CONVERSION_VALIDITY,
    reason: REASON_NOT_STATED,
    rule: profile.conversionRule,
    authority: profile.code,
    evidence: 'verified-source',
    original,
  };
}
