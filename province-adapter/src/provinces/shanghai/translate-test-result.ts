import type { NoStatusRecord, TestResultRecord } from '@health-code/attestation';
import { translateTestResult, type TestResultFormat } from '../../local-format/translate-test-result.js';
import type { LocalAnswer } from '../../local-answer.js';
import { TEST_RULE, profile } from './profile.js';

const FORMAT: TestResultFormat = {
  profile,
  rule: TEST_RULE,
  field: 'nat_result',
  // Only "1" is documented. What a positive result is called is not: the stand-in's own word.
  results: { '1': 'negative', 'standin-positive': 'positive' },
  sampledAt: 'sample_date',
  reportedAt: 'report_date',
  // 10 samples in one tube, or one.
  method: { field: 'collect_mode', values: { '1': 'individual', '10': 'pooled' } },
};

/** A nucleic-acid test of 随申码 into the standard record. @throws AdapterError `TRANSLATION_VALUE_UNKNOWN`, `LOCAL_ANSWER_INVALID` */
export function translateTest(local: LocalAnswer, _now: number): TestResultRecord | NoStatusRecord {
  return translateTestResult(FORMAT, local);
}
