import { describe, expect, it } from 'vitest';
import { checksOf, countCheck, isReported, REPORT_MAX_COUNTS, type WaitingReport } from './check-counts.js';
import type { CheckResult } from './check-result.js';

const HOUR = 1_700_000_000 - (1_700_000_000 % 3600);
const result = (changes: Partial<CheckResult> = {}): CheckResult => ({ decidedBy: 'package', status: '00', stated: '00', recognition: 'recognised', freshness: 'fresh', advice: 'allow', errorCode: '', issuer: '520000', sequence: 7, maskedName: '测*', reason: 'X', ...changes });
const expired = (errorCode: string): CheckResult => result({ recognition: 'expired', errorCode });
const count = (open: WaitingReport | undefined, one: CheckResult, now = HOUR + 5, id = 'second'): WaitingReport => countCheck(open, one, 'checkpoint', now, id);

describe('countCheck', () => {
  it('counts what came out alike, and keeps nothing of the person', () => {
    const one = count(undefined, result(), HOUR + 5, 'first');
    const two = count(count(one, result({ sequence: 8, maskedName: '试*' })), result({ recognition: 'expired', errorCode: 'ATTESTATION_EXPIRED' }));
    expect(two).toEqual({
      reportId: 'first', hour: HOUR, isOpen: true,
      counts: [
        { purpose: 'checkpoint', recognition: 'recognised', errorCode: '', issuer: '520000', count: 2 },
        { purpose: 'checkpoint', recognition: 'expired', errorCode: 'ATTESTATION_EXPIRED', issuer: '520000', count: 1 },
      ],
    });
    expect(checksOf([two])).toBe(3);
  });

  it('says of what is recognised that it is, and not why its age is not known', () => {
    expect(count(undefined, result({ errorCode: 'STATUS_LIST_MISSING' })).counts).toMatchObject([{ recognition: 'recognised', errorCode: '' }]);
  });

  it('begins another report in another hour, after one that was sent, and where one is full', () => {
    const one = count(undefined, result(), HOUR, 'first');
    expect(count(one, result(), HOUR + 3600)).toMatchObject({ reportId: 'second', hour: HOUR + 3600 });
    expect(count({ ...one, isOpen: false }, result())).toMatchObject({ reportId: 'second', counts: [{ count: 1 }] });
    let full = one;
    for (let at = 1; at < REPORT_MAX_COUNTS; at += 1) full = count(full, expired(`CODE_${String(at)}`));
    expect(full.counts).toHaveLength(REPORT_MAX_COUNTS);
    expect(count(full, expired('ONE_MORE'))).toMatchObject({ reportId: 'second', counts: [{ errorCode: 'ONE_MORE' }] });
    expect(count(full, result()).reportId).toBe('first');
  });
});

it('isReported leaves out what the hub has judged and counted itself, and who is nobody', () => {
  expect([result(), result({ decidedBy: 'device' }), result({ decidedBy: 'hub' }), result({ kind: 'canary' })].map(isReported)).toEqual([true, true, false, false]);
});
