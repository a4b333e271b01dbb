import type { StandardRecord } from '@health-code/attestation';
import { translateBareStatus, type BareStatusFormat } from '../../local-format/bare-status.js';
import type { LocalAnswer } from '../../local-answer.js';
import { profile } from './profile.js';

const FORMAT: BareStatusFormat = {
  profile,
  // `type` inside `data` of ewmcheck.
  field: 'type',
  values: {
    '00': { status: '00' },
    '01': { status: '01' },
    '10': { status: '10' },
  },
  // Conversion rule, version 1: a day. The minute that ewmcheck knows is the QR code's.
  validity: 86_400,
};

/** 随申码 into the standard record. It states neither reason nor time. @throws AdapterError `TRANSLATION_VALUE_UNKNOWN` */
export function translate(local: LocalAnswer, _now: number): StandardRecord {
  return translateBareStatus(FORMAT, local);
}
