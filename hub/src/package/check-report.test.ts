import { timestampFromSeconds, v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import { parseCheckReport, REPORT_LIMIT } from './check-report.js';

const NOW = 1_700_000_400;
const HOUR = Math.floor(NOW / 3600) * 3600;
const COUNT = { purpose: v1.Purpose.PURPOSE_CHECKPOINT, recognition: v1.Recognition.RECOGNITION_EXPIRED, errorCode: 'ATTESTATION_EXPIRED', issuer: '520000', count: 3 };
const GOOD = { reportId: '8F14E45F-CEEA-467F-A2AB-1234567890AB', hour: timestampFromSeconds(HOUR), counts: [COUNT] };

function refusedFields(change: v1.ReportChecksRequest.$Properties): readonly string[] {
  try {
    parseCheckReport({ ...GOOD, ...change }, NOW);
  } catch (error) {
    if (error instanceof HubError && error.code === 'REQUEST_INVALID') return error.fieldViolations.map(({ field }) => field);
    throw error;
  }
  return [];
}

describe('parseCheckReport', () => {
  it('reads a report, and adds up what is counted twice in it', () => {
    const recognised = { ...COUNT, recognition: v1.Recognition.RECOGNITION_RECOGNISED, errorCode: '', issuer: '' };
    expect(parseCheckReport({ ...GOOD, counts: [COUNT, recognised, COUNT] }, NOW)).toEqual({ id: GOOD.reportId.toLowerCase(), hour: HOUR, counts: [{ ...COUNT, count: 6 }, recognised] });
  });

  it.each([
    ['no UUID', { reportId: 'report-1' }, ['report_id']],
    ['a time finer than an hour', { hour: timestampFromSeconds(HOUR + 1) }, ['hour']],
    ['an hour that lies ahead', { hour: timestampFromSeconds(HOUR + 2 * 3600) }, ['hour']],
    ['an hour so long ago that its repetition would not be known', { hour: timestampFromSeconds(HOUR - REPORT_LIMIT.ageSeconds) }, ['hour']],
    ['no hour', { hour: null }, ['hour', 'hour']],
    ['no counts', { counts: [] }, ['counts']],
    ['too many counts', { counts: Array.from({ length: REPORT_LIMIT.counts + 1 }, () => COUNT) }, ['counts']],
    ['a purpose nobody listed', { counts: [{ ...COUNT, purpose: 99 as v1.Purpose }] }, ['counts[0].purpose']],
    ['an outcome nobody listed', { counts: [{ ...COUNT, recognition: 99 as v1.Recognition }] }, ['counts[0].recognition']],
    ['words in place of a code', { counts: [{ ...COUNT, errorCode: 'a person' }] }, ['counts[0].error_code']],
    ['a recognised one with a code', { counts: [{ ...COUNT, recognition: v1.Recognition.RECOGNITION_RECOGNISED }] }, ['counts[0].error_code']],
    ['an issuer that is none', { counts: [COUNT, { ...COUNT, issuer: '999999' }] }, ['counts[1].issuer']],
    ['none counted', { counts: [{ ...COUNT, count: 0 }] }, ['counts[0].count']],
    ['a number that no gate reaches', { counts: [{ ...COUNT, count: REPORT_LIMIT.count + 1 }] }, ['counts[0].count']],
  ] as const)('refuses %s', (_, change, fields) => {
    expect(refusedFields(change as v1.ReportChecksRequest.$Properties)).toEqual(fields);
  });
});
