import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { printVerdict, verdictObject } from './print-verdict.js';

const test: v1.IVerdict = {
  kind: v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST,
  recognition: v1.Recognition.RECOGNITION_RECOGNISED,
  advice: v1.Advice.ADVICE_CHECK_STATUS,
  issuer: '110000',
  sequence: 3,
  statusSince: { seconds: 1_700_000_000, nanos: 0 },
  test: { result: v1.TestResult.TEST_RESULT_NEGATIVE, sampledAt: { seconds: 1_700_000_000, nanos: 0 }, reportedAt: { seconds: 1_700_003_600, nanos: 0 }, method: 'pooled', laboratory: '110101' },
  source: { issuer: '520000', sequence: 7 },
};

describe('printVerdict', () => {
  it('shows a test with its circumstances and its source, and no colour', () => {
    const text = printVerdict(test);
    for (const shown of ['核酸阴性 test negative', '另查健康码状态', '种类 kind: 核酸检测结果', '采样时间 sampled: 2023-11-14T22:13:20Z', '混采 pooled', '110101', '转码来源 converted from: 520000 贵州, no. 7']) {
      expect(text).toContain(shown);
    }
    expect(text).not.toContain('码 green');
    expect(text).not.toContain('状态起始');
  });

  it('shows a status as before, with its colour', () => {
    expect(printVerdict({ status: v1.HealthStatus.HEALTH_STATUS_RED, advice: v1.Advice.ADVICE_LOCAL_PROCEDURE })).toContain('红码 red');
  });
});

describe('printVerdict of an age', () => {
  const ageing = { freshness: v1.Freshness.FRESHNESS_AGEING, freshnessAgeSeconds: 7200 };

  it('says how old, and up to which age the grade holds', () => {
    expect(printVerdict({ ...ageing, freshnessLimitSeconds: 86_400 })).toContain('ageing (2 h old, up to 1 d)');
    expect(printVerdict(ageing)).toContain('ageing (2 h old)');
    expect(printVerdict({ freshness: v1.Freshness.FRESHNESS_AGEING })).not.toContain('old');
  });
});

describe('verdictObject', () => {
  it('gives a test and a source to machines', () => {
    expect(verdictObject(test)).toMatchObject({
      kind: 'nucleic-acid-test', status: 'unspecified', advice: 'check-status', source: { issuer: '520000', sequence: 7 },
      test: { result: 'negative', sampledAt: '2023-11-14T22:13:20Z', reportedAt: '2023-11-14T23:13:20Z', method: 'pooled', laboratory: '110101' },
    });
    expect(verdictObject({ status: v1.HealthStatus.HEALTH_STATUS_GREEN })).not.toHaveProperty('test');
  });
});
