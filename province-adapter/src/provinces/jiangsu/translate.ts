import type { StandardRecord } from '@health-code/attestation';
import { translateBareStatus, type BareStatusFormat } from '../../local-format/bare-status.js';
import type { LocalAnswer } from '../../local-answer.js';
import { profile } from './profile.js';

const FORMAT: BareStatusFormat = {
  profile,
  // `res.level`.
  field: 'level',
  values: {
    green: { status: '00' },
    yellow: { status: '01' },
    red: { status: '10' },
  },
  // Conversion rule, version 1: a day.
  validity: 86_400,
};

/** 苏康码 into the standard record. It states neither reason nor time. @throws AdapterError `TRANSLATION_VALUE_UNKNOWN` */
export function translate(local: LocalAnswer, _now: number): StandardRecord {
  return translateBareStatus(FORMAT, local);
}
