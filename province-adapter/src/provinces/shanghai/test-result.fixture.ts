import type { TestResultContract } from '../test-result-contract.js';

/** 上海随申码's answers to the questions about test results. */
export const testResults: TestResultContract = {
  field: 'nat_result',
  results: { '1': 'negative', 'standin-positive': 'positive' },
  unlistedResults: ['0', '2', '-1', '阴性', 'negative', '', 'constructor'],
  time: { sampledAt: 'sample_date', reportedAt: 'report_date' },
  method: {
    field: 'collect_mode',
    values: { '1': 'individual', '10': 'pooled' },
    unlistedValues: ['0', '5', '20', '混采', '', 'toString'],
  },
};
