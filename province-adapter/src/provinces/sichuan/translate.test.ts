import { REASON_NOT_STATED } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { translate } from './translate.js';

const NOW = 1_650_000_000;
const REPORT = {
  risk_assessment_grade: '10',
  reason: '',
  report_date: '2022-04-15 08:00:00',
  report_valid_date: '2022-04-29 08:00:00',
  report_expired: 'false',
};
const record = (fields: Readonly<Record<string, string>>) =>
  translate({ fields: { ...REPORT, ...fields }, answeredAt: NOW }, NOW);

describe('translate of 天府健康通', () => {
  it('takes its times from the report', () => {
    expect(record({})).toMatchObject({ since: Date.UTC(2022, 3, 15) / 1000, validUntil: Date.UTC(2022, 3, 29) / 1000 });
  });

  it('names the reason by its words, and who stands behind it', () => {
    expect(record({ reason: '核酸检测结果为阳性' })).toMatchObject({ reason: 'TEST_POSITIVE', evidence: 'laboratory' });
    expect(record({ reason: '申报有发热等症状' })).toMatchObject({ reason: 'SYMPTOMS', evidence: 'self-declared' });
  });

  it('makes up no reason', () => {
    expect(record({})).toMatchObject({ reason: REASON_NOT_STATED, rule: { id: '510000-conversion', version: '1' } });
  });

  it('takes no status from a report that has expired', () => {
    expect(record({ report_expired: 'true' })).toEqual({
      availability: 'expired',
      original: { system: 'sichuan-tianfu-jiankangtong', field: 'risk_assessment_grade', value: '10' },
    });
  });

  it('refuses a time that is none', () => {
    expect(() => record({ report_valid_date: '2022-04-31 08:00:00' })).toThrow(
      expect.objectContaining({ code: 'LOCAL_ANSWER_INVALID' }) as Error,
    );
  });
});
