import type { StandardRecord } from '@health-code/attestation';
import { parseShortChinaTime } from '../../local-format/china-time.js';
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

/** `data.code` of getHealthCode. What -3 and 4 stand for beyond "blocked" is not documented; none of the five is a colour. */
const VALUES: ValueTable = {
  '0': { status: '00' },
  '1': { status: '01' },
  '2': { status: '10' },
  '-7': { availability: 'pending' },
  '51': { availability: 'pending' },
  '-1': { availability: 'unavailable' },
  '-3': { availability: 'unavailable' },
  '4': { availability: 'unavailable' },
};

/** 健康宝 states its reason through the documented meaning of the code: 1 居家观察, 2 集中观察. */
const REASONS: ReasonTable = {
  '1': { code: 'HOME_OBSERVATION', evidence: 'authority-decision' },
  '2': { code: 'CENTRAL_OBSERVATION', evidence: 'authority-decision' },
};

/** 健康宝 into the standard record. @throws AdapterError `TRANSLATION_VALUE_UNKNOWN`, `LOCAL_ANSWER_INVALID` */
export function translate(local: LocalAnswer, now: number): StandardRecord {
  const nobody = findNobody(local, profile.system);
  if (nobody !== undefined) return nobody;
  const { meaning, original } = translateValue(VALUES, profile, 'code', local);
  if ('availability' in meaning) return { availability: meaning.availability, original };
  const reason = translateReason(REASONS, original.value === '0' ? '' : original.value);
  return {
    availability: 'available',
    status: meaning.status,
    since: parseShortChinaTime(requireField(local, 'createTime'), now),
    // validDate is in milliseconds and names the end of the day: a code of yesterday says nothing today.
    validUntil: Math.floor(Number(requireField(local, 'validDate')) / 1000),
    reason: reason.code,
    rule: profile.conversionRule,
    authority: profile.code,
    evidence: reason.evidence,
    original,
  };
}
