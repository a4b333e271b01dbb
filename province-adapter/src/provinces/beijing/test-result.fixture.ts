import type { TestResultContract } from '../test-result-contract.js';

/** 北京健康宝's answers to the questions about test results. */
export const testResults: TestResultContract = {
  field: 'detResult',
  results: { 阴性: 'negative', 阳性: 'positive' },
  unlistedResults: ['待复核', '未见异常', '0', '1', 'negative', '', 'constructor'],
  time: { sampledAt: 'detTime' },
};
