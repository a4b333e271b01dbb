import { describe, expect, it } from 'vitest';
import { GUIZHOU, NOW } from './attestation.fixture.js';
import { CONFORMANCE_GROUPS, type ConformanceCheck, type ConformanceInputs, type ConformanceReport } from './conformance-report.js';
import { expectedQuestions, shortcomingsOf } from './conformance-shortcomings.js';
import { CONFORMANCE_SUITES, CURRENT_SUITE } from './conformance-suites.js';

const INPUTS: ConformanceInputs = {
  ports: true,
  golden: [{ name: 'green', expected: '00' }, { name: 'yellow', expected: '01' }, { name: 'red', expected: '10' }, { name: 'waiting', expected: 'pending' }],
  unknownValues: 2,
  unknownAnswers: ['purple'],
  foreignCodes: 1,
  expiredAges: ['2d'],
  expiredCodes: 1,
};
const WITHOUT_PORTS: ConformanceInputs = { ...INPUTS, ports: false, unknownValues: 0, expiredAges: [] };

const wholeChecks = (inputs = INPUTS): readonly ConformanceCheck[] =>
  expectedQuestions(CURRENT_SUITE, inputs).map(({ id, group }) => ({ id, group, title: 'a title', outcome: 'passed', detail: '' }));

const reportOf = (checks: readonly ConformanceCheck[], changes: Partial<ConformanceReport> = {}): ConformanceReport => ({
  province: GUIZHOU, adapterVersion: '0.1.0', protocolVersion: 2, suiteVersion: CURRENT_SUITE.version, suiteDigest: CURRENT_SUITE.digest, challenge: 'c'.repeat(22), startedAt: NOW, finishedAt: NOW, inputs: INPUTS, checks: [...checks], ...changes,
});

const shortOf = (checks: readonly ConformanceCheck[], changes: Partial<ConformanceReport> = {}): readonly string[] => shortcomingsOf(reportOf(checks, changes));
const beginsWith = (id: string) => (check: ConformanceCheck): boolean => check.id === id || check.id.startsWith(`${id}/`);
const changed = (id: string, changes: Partial<ConformanceCheck>): readonly ConformanceCheck[] => wholeChecks().map((check) => (check.id === id ? { ...check, ...changes } : check));

describe('a whole report', () => {
  it('falls short of nothing, with ports and without', () => {
    expect(shortOf(wholeChecks())).toEqual([]);
    expect(shortOf(wholeChecks(WITHOUT_PORTS), { inputs: WITHOUT_PORTS })).toEqual([]);
  });

  it('is whole with the line of the kit about the version of the adapter, unless that failed', () => {
    const line = { id: 'golden-records/adapter-version', group: 'golden-records', title: '', outcome: 'passed', detail: '' } as const;
    expect(shortOf([line, ...wholeChecks()])).toEqual([]);
    expect(shortOf([{ ...line, outcome: 'failed', detail: '2 and not 1' }, ...wholeChecks()])).toEqual(['golden-records/adapter-version failed: 2 and not 1']);
  });

  it('asks something of every group that none may skip', () => {
    for (const group of CONFORMANCE_GROUPS) expect(CURRENT_SUITE.checks.some(({ id, maySkip }) => id.startsWith(`${group}/`) && maySkip === undefined), group).toBe(true);
  });
});

describe('a report with a check left out', () => {
  it.each(CURRENT_SUITE.checks.map(({ id }) => id))('names %s', (id) => {
    expect(shortOf(wholeChecks().filter((check) => !beginsWith(id)(check)))).toEqual([`${id} is left out`]);
  });

  it('names every single line, also where others of its check are there', () => {
    for (const { id } of wholeChecks()) {
      const [sentence, ...others] = shortOf(wholeChecks().filter((check) => check.id !== id));
      expect(others).toEqual([]);
      expect(sentence).toMatch(/^[a-z-]+\/[a-z0-9/-]+ is left out$/);
      expect(id.startsWith((sentence ?? 'none').replace(' is left out', ''))).toBe(true);
    }
  });

  it('names all that is missing of a report of one check for each group', () => {
    const ten = CONFORMANCE_GROUPS.map((group) => wholeChecks().find((check) => check.group === group)).filter((check) => check !== undefined);
    const short = shortOf(ten);
    expect(short.length).toBeGreaterThan(CURRENT_SUITE.checks.length - CONFORMANCE_GROUPS.length);
    expect(short).toEqual(expect.arrayContaining(['mutations/without-last is left out', 'mutations/empty/red is left out', 'replay/same-code is left out']));
  });
});

describe('a report that says otherwise what it was asked', () => {
  it('names a check under a name of its own, and the one it stands for', () => {
    expect(shortOf(changed('replay/same-call', { id: 'replay/some-call' }))).toEqual(['replay/same-call is left out', '"replay/some-call" is no check of the suite, or of none of the inputs']);
  });

  it('names a check that stands there twice in place of another, or under another group', () => {
    expect(shortOf(changed('replay/same-call', { id: 'replay/same-code' }))).toEqual(['replay/same-call is left out', '"replay/same-code" stands there 2 times']);
    expect(shortOf(changed('replay/same-call', { group: 'gap' }))).toEqual(['replay/same-call stands under gap']);
  });

  it.each([
    ['another version', { suiteVersion: '0' }],
    ['another digest', { suiteDigest: 'a'.repeat(64) }],
  ])('is of no suite the hub knows: %s', (_what, changes) => {
    expect(shortOf(wholeChecks(), changes)).toEqual([expect.stringMatching(/^a report of suite .* earns no badge; one of 2 \(c[0-9a-f]{11}\) or 1 \(f/)]);
  });

  it('names a colour, an unknown value, a foreign and an expired code that nobody asked about', () => {
    const of = (changes: Partial<ConformanceInputs>): readonly string[] => shortOf(wholeChecks({ ...INPUTS, ...changes }), { inputs: { ...INPUTS, ...changes } });
    expect(of({ golden: INPUTS.golden.filter(({ expected }) => expected !== '10') })).toEqual(['golden-records/code was asked about nobody of status "10"']);
    expect(of({ golden: [] })).toHaveLength(3);
    expect(of({ unknownValues: 0, unknownAnswers: [] })).toContain('unknown-values/code was asked of no unknown value');
    expect(of({ foreignCodes: 0 })).toEqual(['wrong-province/foreign-code was asked of no foreign code of the province']);
    expect(of({ expiredAges: [], expiredCodes: 0 })).toContain('expired-codes/code was asked of no expired code');
  });

  it('cannot ask one person under one name twice', () => {
    const inputs = { ...INPUTS, golden: [...INPUTS.golden, { name: 'green', expected: '00' as const }] };
    expect(shortOf(wholeChecks(), { inputs })).toEqual(['two of the inputs have one name']);
  });

  it('cannot name fewer inputs than it has lines', () => {
    const inputs = { ...INPUTS, foreignCodes: 2 };
    expect(shortOf(wholeChecks(inputs))).toEqual(['"wrong-province/foreign-code/7" is no check of the suite, or of none of the inputs']);
    expect(shortOf(wholeChecks(), { inputs })).toEqual(['wrong-province/foreign-code/7 is left out']);
  });
});

describe('a question that was skipped', () => {
  const skipped = (id: string, inputs = INPUTS): readonly ConformanceCheck[] => wholeChecks(inputs).map((check) => (beginsWith(id)(check) ? { ...check, outcome: 'skipped' as const } : check));

  it('may be where a code stayed as it was, and of a folder of files', () => {
    for (const id of ['mutations/upper-case', 'partial-answers/redirect']) expect(shortOf(skipped(id)), id).toEqual([]);
  });

  it('may be without a document where there are no ports, and without canaries in version 1', () => {
    expect(shortOf(skipped('golden-records/document', WITHOUT_PORTS), { inputs: WITHOUT_PORTS })).toEqual([]);
    expect(shortOf(skipped('golden-records/document'))).toHaveLength(INPUTS.golden.length);
    expect(shortOf(skipped('golden-records/canary'), { protocolVersion: 1 })).toEqual([]);
    expect(shortOf(skipped('golden-records/canary'))).toHaveLength(6);
  });

  it('may be nowhere else', () => {
    for (const { id, maySkip } of CURRENT_SUITE.checks) {
      if (maySkip === undefined) expect(shortOf(skipped(id)).every((sentence) => sentence.startsWith(id) && sentence.endsWith('was skipped, and may not be')), id).toBe(true);
      if (maySkip === undefined) expect(shortOf(skipped(id)).length, id).toBeGreaterThan(0);
    }
  });
});

describe('a question that failed', () => {
  it('is named with why, and hides nothing that was left out', () => {
    const failed = changed('mutations/empty/green', { outcome: 'failed', detail: 'it states green' }).filter(({ id }) => id !== 'gap/resend');
    expect(shortOf(failed)).toEqual(['mutations/empty/green failed: it states green', 'gap/resend is left out']);
  });

  it('is told once where the check stumbled as a whole', () => {
    const stumbled = [...wholeChecks().filter((check) => !beginsWith('mutations/empty')(check)), { id: 'mutations/empty', group: 'mutations', title: '', outcome: 'failed', detail: 'no answer' } as const];
    expect(shortOf(stumbled)).toEqual(['mutations/empty failed: no answer']);
  });
});

describe('the listed suites', () => {
  it('are the current one and at most the one before it', () => {
    expect(CONFORMANCE_SUITES[0]).toBe(CURRENT_SUITE);
    expect(CONFORMANCE_SUITES.length).toBeLessThanOrEqual(2);
    expect(new Set(CONFORMANCE_SUITES.map(({ digest }) => digest)).size).toBe(CONFORMANCE_SUITES.length);
  });
});
