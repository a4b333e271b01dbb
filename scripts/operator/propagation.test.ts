import { describe, expect, it } from 'vitest';
import { printPropagation, propagationObject } from './propagation.js';

const REPORT = {
  generatedAt: { seconds: 1_700_000_000, nanos: 0 },
  windowSeconds: 900,
  provinces: [{ issuer: '520000', online: { count: 3, medianMs: 12.34, p99Ms: 40, maxMs: 41.5 }, offlineConnected: { count: 0, medianMs: 0, p99Ms: 0, maxMs: 0 } }],
};

describe('printPropagation', () => {
  it('shows both ways of each province, and no figure where nothing was measured', () => {
    const [head, online, offline, looked] = printPropagation(REPORT).split('\n');
    expect(head).toMatch(/^province +way +measured +median +p99 +longest$/);
    expect(online).toMatch(/^520000 guizhou 贵州 +在线 online +3 +12\.3 ms +40\.0 ms +41\.5 ms$/);
    expect(offline).toMatch(/offline, connected +0 +– +– +–$/);
    expect(looked).toBe('the last 15 min before 2023-11-14T22:13:20Z, by this hub');
  });

  it('says that nothing was measured', () => {
    expect(printPropagation({ ...REPORT, provinces: [] })).toMatch(/^no change was measured/);
  });
});

describe('propagationObject', () => {
  it('gives the figures as they are', () => {
    expect(propagationObject(REPORT)).toEqual({ generatedAt: '2023-11-14T22:13:20Z', windowSeconds: 900, provinces: REPORT.provinces });
  });
});
