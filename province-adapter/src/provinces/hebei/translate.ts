import type { StandardRecord } from '@health-code/attestation';
import { translateBareStatus, type BareStatusFormat } from '../../local-format/bare-status.js';
import type { LocalAnswer } from '../../local-answer.js';
import { profile } from './profile.js';

const FORMAT: BareStatusFormat = {
  profile,
  // Hebei's final grade. The rows of other provinces beside it are theirs to attest, and never read here.
  field: 'fxdj',
  values: {
    '00': { status: '00' },
    '01': { status: '01' },
    '10': { status: '10' },
    // What Hebei's own client takes for a grade that is not there.
    '20': { availability: 'unavailable' },
  },
  // Conversion rule, version 1: a day.
  validity: 86_400,
};

/** 河北健康码 into the standard record. It states neither reason nor time. @throws AdapterError `TRANSLATION_VALUE_UNKNOWN` */
export function translate(local: LocalAnswer, _now: number): StandardRecord {
  return translateBareStatus(FORMAT, local);
}
