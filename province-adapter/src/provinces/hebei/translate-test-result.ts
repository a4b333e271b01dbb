import type { NoStatusRecord, TestResultRecord } from '@health-code/attestation';
import { translateTestResult, type TestResultFormat } from '../../local-format/translate-test-result.js';
import type { LocalAnswer } from '../../local-answer.js';
import { TEST_RULE, profile } from './profile.js';

const FORMAT: TestResultFormat = {
  profile,
  rule: TEST_RULE,
  // The documented names are a result (hsjcjg), its words (hsjcjgmc) and a time (hsjcsj). No value of the first was seen, so the words count.
  field: 'hsjcjgmc',
  results: { 阴性: 'negative', 阳性: 'positive' },
  sampledAt: 'hsjcsj',
};

/** hsjc of 河北健康码 into the standard record. @throws AdapterError `TRANSLATION_VALUE_UNKNOWN`, `LOCAL_ANSWER_INVALID` */
export function translateTest(local: LocalAnswer, _now: number): TestResultRecord | NoStatusRecord {
  return translateTestResult(FORMAT, local);
}
