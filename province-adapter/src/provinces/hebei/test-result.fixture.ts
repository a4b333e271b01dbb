import type { TestResultContract } from '../test-result-contract.js';

/** 河北健康码's answers to the questions about test results. */
export const testResults: TestResultContract = {
  field: 'hsjcjgmc',
  results: { 阴性: 'negative', 阳性: 'positive' },
  unlistedResults: ['待复核', '1', '未检测', 'negative', '', 'constructor'],
  time: { sampledAt: 'hsjcsj' },
};
