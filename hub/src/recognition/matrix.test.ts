import { describe, expect, it } from 'vitest';
import { CAUSES } from './cause.js';
import { configuredOf, createMatrix, SILENT_AFTER_SECONDS, workingOf, type MatrixKnowledge, type MatrixProvince } from './matrix.js';
import type { ProbeResult } from './probes.js';

const NOW = 1_800_000_000;
const INTERVAL_MS = 60_000;
const DAY = 86_400;

const province = (code: string, changes: Partial<MatrixProvince> = {}): MatrixProvince => ({
  code, isSuspended: false, since: NOW - 9 * DAY, isRegistered: true, signingKeys: [{}], ruleCount: 3,
  badge: { adapterVersion: '0.1.0', issuedAt: NOW - DAY, expiresAt: NOW + DAY }, adapterVersion: '0.1.0', lastHeartbeatAt: NOW - 2, ...changes,
});

const without = (changed: Partial<MatrixProvince>, ...members: readonly (keyof MatrixProvince)[]): MatrixProvince => {
  const entries = Object.entries(province('520000', changed)).filter(([name]) => !members.some((member) => member === name));
  return Object.fromEntries(entries) as unknown as MatrixProvince;
};

const result = (changes: Partial<ProbeResult> = {}): ProbeResult => ({ receiver: '110000', issuer: '520000', measuredAt: NOW * 1000 - 30_000, ...changes });

const known = (changes: Partial<MatrixKnowledge> = {}): MatrixKnowledge => ({
  provinces: () => [province('110000'), province('510000'), province('520000')],
  isDeclared: () => true,
  findStricter: () => undefined,
  findProbe: (receiver, issuer) => result({ receiver, issuer }),
  hasCheckpoint: () => true,
  ...changes,
});

const statesOf = (knowledge: MatrixKnowledge) =>
  new Map(createMatrix(knowledge, INTERVAL_MS, NOW).cells.map(({ receiver, issuer, declared, configured, working }) =>
    [`${issuer} in ${receiver}`, [declared, configured, working].map(({ state, cause }) => cause ?? state).join(' ')]));

const GREEN = 'yes yes yes';

describe('createMatrix', () => {
  it('has one cell for each ordered pair, and all of them are as they should be', () => {
    const matrix = createMatrix(known(), INTERVAL_MS, NOW + 0.7);
    expect(matrix).toMatchObject({ generatedAt: NOW, provinces: ['110000', '510000', '520000'], probeIntervalMs: INTERVAL_MS });
    expect(matrix.cells).toHaveLength(6);
    expect([...statesOf(known()).values()]).toEqual(Array.from({ length: 6 }, () => GREEN));
    expect(matrix.cells[0]).toMatchObject({ declared: { asOf: NOW - 9 * DAY }, configured: { asOf: NOW - 9 * DAY }, working: { asOf: NOW - 30 } });
  });

  it('has 992 for 32 provinces', () => {
    const provinces = Array.from({ length: 32 }, (_, position) => province(String(110_000 + position * 10_000)));
    expect(createMatrix(known({ provinces: () => provinces }), INTERVAL_MS, NOW).cells).toHaveLength(992);
  });

  it('marks what is wrong with an issuer at every receiver, and nowhere else: its own checkpoints still read others', () => {
    const states = statesOf(known({ provinces: () => [province('110000'), province('510000'), without({}, 'badge')] }));
    for (const [pair, state] of states) expect([pair, state]).toEqual([pair, pair.startsWith('520000') ? 'yes BADGE_MISSING yes' : GREEN]);
  });

  it('marks a stricter rule for the pair it is about alone, and does not call it broken', () => {
    const states = statesOf(known({ findStricter: (receiver, issuer) => (receiver === '110000' && issuer === '520000' ? { effectiveFrom: NOW - 5 } : undefined) }));
    for (const [pair, state] of states) expect([pair, state]).toEqual([pair, pair === '520000 in 110000' ? 'STRICTER_POLICY yes yes' : GREEN]);
  });

  it('names a pair that nothing declares', () => {
    const states = statesOf(known({ isDeclared: (receiver) => receiver !== '110000' }));
    for (const [pair, state] of states) expect([pair, state]).toEqual([pair, pair.endsWith('in 110000') ? 'NO_POLICY yes yes' : GREEN]);
  });

  it('gives no other cause than the published ones, and one wherever something is not so', () => {
    const { cells } = createMatrix(known({ findProbe: () => result({ cause: 'ADAPTER_UNREACHABLE' }), isDeclared: () => false }), INTERVAL_MS, NOW);
    for (const fact of cells.flatMap(({ declared, configured, working }) => [declared, configured, working])) {
      if (fact.state === 'yes') expect(fact.cause).toBeUndefined();
      else expect(CAUSES).toContain(fact.cause);
    }
  });
});

describe('configuredOf', () => {
  const cases: readonly (readonly [string, MatrixProvince, number | undefined])[] = [
    ['NOT_REGISTERED', province('520000', { isRegistered: false }), NOW - 9 * DAY],
    ['SUSPENDED', province('520000', { isSuspended: true, since: NOW - 7 }), NOW - 7],
    ['KEY_EXPIRED', province('520000', { signingKeys: [{ notAfter: NOW }, { notAfter: NOW - DAY }] }), NOW],
    ['KEY_REVOKED', province('520000', { signingKeys: [{ revokedFrom: NOW - 3 }, { notAfter: NOW - DAY }] }), NOW - 3],
    ['NO_RULES', province('520000', { ruleCount: 0 }), NOW - 9 * DAY],
    ['BADGE_MISSING', without({}, 'badge'), undefined],
    ['BADGE_MISSING', without({ badgeDueAt: NOW }, 'badge'), NOW],
    ['BADGE_EXPIRED', province('520000', { badge: { adapterVersion: '0.1.0', issuedAt: NOW - 2 * DAY, expiresAt: NOW } }), NOW],
    ['BADGE_ADAPTER_VERSION_MISMATCH', province('520000', { adapterVersion: '0.2.0' }), NOW - DAY],
    ['ADAPTER_SILENT', province('520000', { lastHeartbeatAt: NOW - SILENT_AFTER_SECONDS - 1 }), NOW - SILENT_AFTER_SECONDS - 1],
    ['ADAPTER_SILENT', without({}, 'lastHeartbeatAt'), undefined],
  ];
  for (const [cause, issuer, asOf] of cases) {
    it(`names ${cause}, and since when`, () => {
      expect(configuredOf(issuer, NOW)).toEqual({ state: 'no', cause, ...(asOf === undefined ? {} : { asOf }) });
    });
  }

  it('names the first that holds, in the published order', () => {
    const all = Object.assign({}, ...cases.filter(([cause]) => cause !== 'BADGE_MISSING').toReversed().map(([, issuer]) => issuer)) as MatrixProvince;
    expect(configuredOf({ ...all, isRegistered: false }, NOW).cause).toBe('NOT_REGISTERED');
    expect(configuredOf({ ...all, isRegistered: true, isSuspended: true, signingKeys: [{ notAfter: NOW }] }, NOW).cause).toBe('SUSPENDED');
    expect(configuredOf({ ...all, isRegistered: true, isSuspended: false, signingKeys: [{ notAfter: NOW }], ruleCount: 0 }, NOW).cause).toBe('KEY_EXPIRED');
    expect(configuredOf({ ...all, isRegistered: true, isSuspended: false, signingKeys: [{}], ruleCount: 0, lastHeartbeatAt: 0 }, NOW).cause).toBe('NO_RULES');
  });

  it('asks for one good key, whatever became of the others', () => {
    expect(configuredOf(province('520000', { signingKeys: [{ revokedFrom: NOW - 5 }, { notAfter: NOW - 5 }, { notAfter: NOW + 5, revokedFrom: NOW + 5 }] }), NOW).state).toBe('yes');
    expect(configuredOf(province('520000', { signingKeys: [] }), NOW).cause).toBe('KEY_EXPIRED');
  });

  it('gives founding members their time to get a badge', () => {
    expect(configuredOf(without({ badgeDueAt: NOW + 1 }, 'badge'), NOW).state).toBe('yes');
  });
});

describe('workingOf', () => {
  it('holds the last measurement for three intervals', () => {
    const at = (ageMs: number, changes: Partial<ProbeResult> = {}) => workingOf(result({ measuredAt: NOW * 1000 - ageMs, ...changes }), true, INTERVAL_MS, NOW);
    expect(at(3 * INTERVAL_MS)).toEqual({ state: 'yes', asOf: NOW - 180 });
    expect(at(3 * INTERVAL_MS + 1)).toMatchObject({ state: 'no', cause: 'PROBE_STALE' });
    expect(at(1000, { cause: 'ADAPTER_TIMEOUT' })).toEqual({ state: 'no', cause: 'ADAPTER_TIMEOUT', asOf: NOW - 1 });
    expect(at(3 * INTERVAL_MS + 1, { cause: 'ADAPTER_TIMEOUT' })).toMatchObject({ cause: 'PROBE_STALE' });
  });

  it('says why there is none', () => {
    expect(workingOf(undefined, true, INTERVAL_MS, NOW)).toEqual({ state: 'no', cause: 'NOT_PROBED' });
    expect(workingOf(undefined, false, INTERVAL_MS, NOW)).toEqual({ state: 'no', cause: 'NO_CHECKPOINT' });
    expect(workingOf(result({ measuredAt: 0 }), false, INTERVAL_MS, NOW)).toEqual({ state: 'no', cause: 'NO_CHECKPOINT', asOf: 0 });
    // A checkpoint that reconnects turns nothing red.
    expect(workingOf(result(), false, INTERVAL_MS, NOW).state).toBe('yes');
  });
});
