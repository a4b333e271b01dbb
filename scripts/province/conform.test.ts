import { readFileSync, rmSync } from 'node:fs';
import { createKeyRing, CURRENT_SUITE, expectedQuestions, importProvinceKey, verifyConformanceReport, type ConformanceInputs, type ConformanceReport } from '@health-code/attestation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandLineError } from '../access/command-error.js';
import type { FakeHub } from '../access/fake-hub.fixture.js';
import { apply } from './apply.js';
import { conform, parseInterval, waitUnlessStopped } from './conform.js';
import { emptyHome, startJoiningHub, type JoiningState } from './joining.fixture.js';
import { keysFor, publicJwk, readKeyFile } from './key-file.js';
import { keys } from './keys.js';
import type { ProvinceHome } from './province-home.js';

let hub: FakeHub;
let known: JoiningState;
let home: ProvinceHome;

const INPUTS: ConformanceInputs = {
  ports: true, golden: [{ name: 'green', expected: '00' }, { name: 'yellow', expected: '01' }, { name: 'red', expected: '10' }],
  unknownValues: 1, unknownAnswers: [], foreignCodes: 1, expiredAges: ['2d'], expiredCodes: 0,
};
const QUESTIONS = expectedQuestions(CURRENT_SUITE, INPUTS);

const report = (challenge: string, outcome: 'passed' | 'failed' = 'passed'): ConformanceReport => ({
  province: home.province.code, adapterVersion: '0.1.0', protocolVersion: 2, suiteVersion: CURRENT_SUITE.version, suiteDigest: CURRENT_SUITE.digest, challenge, startedAt: 1, finishedAt: 2, inputs: INPUTS,
  checks: QUESTIONS.map(({ id, group }) => ({ id, group, title: group, outcome: id === 'replay/same-call' ? outcome : 'passed', detail: 'why' })),
});

beforeEach(async () => {
  ({ hub, known } = await startJoiningHub());
  home = emptyHome(hub);
  await apply(home, { token: 'good-token', organisation: '91460000MA5TXXXX01' });
});

afterEach(() => {
  hub.stop();
  rmSync(home.directory, { recursive: true, force: true });
});

describe('conform', () => {
  it('submits the report with the hub’s challenge, signed by the key in use, and keeps the badge', async () => {
    await keys(home);
    const { facts } = await conform(home, async (getChallenge) => report(await getChallenge()));
    expect(facts).toMatchObject({ passed: QUESTIONS.length, failed: 0 });
    expect(readFileSync(home.files.badge, 'utf8')).toBe('badge');
    const set = readKeyFile(home.files.keys);
    const [signing] = set === undefined ? [] : keysFor('sig', set);
    const ring = createKeyRing([await importProvinceKey(publicJwk(signing!), home.province.code)]);
    expect((await verifyConformanceReport(known.reports.at(-1) ?? '', ring)).challenge).toBe('challenge-of-the-hub-2');
  });

  it('submits nothing that would earn no badge, and keeps it for reading', async () => {
    await keys(home);
    await expect(conform(home, async (getChallenge) => report(await getChallenge(), 'failed'))).rejects.toThrow('replay/same-call failed: why');
    expect(known.reports).toEqual([]);
    expect(readFileSync(home.files.report, 'utf8')).toContain('"failed"');
  });

  it('does not run the kit for a province without a key to sign with', async () => {
    await expect(conform(home, () => Promise.reject(new Error('was run')))).rejects.toThrow('no signing key');
  });
});

describe('--every', () => {
  it.each([['30d', 2_592_000_000], ['12h', 43_200_000], ['90m', 5_400_000]])('reads %s', (text, milliseconds) => {
    expect(parseInterval(text)).toBe(milliseconds);
  });

  it.each(['30', 'd', '0d', '-1d', '1.5h', '99999d'])('refuses %s', (text) => {
    expect(() => parseInterval(text)).toThrow(CommandLineError);
  });

  it('waits no longer than it is let', async () => {
    const stop = new AbortController();
    const waiting = waitUnlessStopped(parseInterval('365d'), stop.signal);
    stop.abort();
    await waiting;
    await waitUnlessStopped(parseInterval('30d'), stop.signal);
  }, 1000);
});
