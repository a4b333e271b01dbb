import type { NoStatusRecord, TestResultRecord } from '@health-code/attestation';
import { translateTestResult, type TestResultFormat } from '../../local-format/translate-test-result.js';
import type { LocalAnswer } from '../../local-answer.js';
import { TEST_RULE, profile } from './profile.js';

const FORMAT: TestResultFormat = {
  profile,
  rule: TEST_RULE,
  field: 'detResult',
  results: { 阴性: 'negative', 阳性: 'positive' },
  // The only time it states; afterTestTime is the same in days.
  sampledAt: 'detTime',
};

/** codeHsjc/resultQuery of 健康宝 into the standard record. @throws AdapterError `TRANSLATION_VALUE_UNKNOWN`, `LOCAL_ANSWER_INVALID` */
export function translateTest(local: LocalAnswer, _now: number): TestResultRecord | NoStatusRecord {
  return translateTestResult(FORMAT, local);
}
