import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { parseProvinceCode } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import type { ConformanceRun } from '../../conformance.js';
import { resultOf, type CheckResult } from '../finding.js';
import { readSuite } from '../suite.js';
import { junitReport } from './junit-report.js';
import { markdownReport } from './markdown-report.js';
import { printReport } from './print-report.js';
import { showProgress } from './progress.js';
import { writeReports } from './write-reports.js';

const [check] = readSuite().checks.filter(({ id }) => id === 'unknown-values/code');
if (check === undefined) throw new Error('no such check');
const right = resultOf(check, { name: '1', sent: 'somebody', came: 'refused' });
const wrong = resultOf(check, { name: '2', sent: '"purple" | <b>', came: 'attested green\u0000\n# heading', problem: 'it states green & "more"' });
const unasked = resultOf(check, { name: '3', sent: 'somebody', came: '', skipped: 'no document' });

const runOf = (results: readonly CheckResult[], passed: boolean): ConformanceRun => ({
  report: {
    province: parseProvinceCode('520000'), adapterVersion: '0.1.0', protocolVersion: 2, suiteVersion: '1', suiteDigest: 'a'.repeat(64), challenge: 'c'.repeat(16), startedAt: 1_700_000_000, finishedAt: 1_700_000_020,
    inputs: { ports: true, golden: [], unknownValues: 0, unknownAnswers: [], foreignCodes: 0, expiredAges: [], expiredCodes: 0 },
    checks: results.map(({ id, group, title, outcome, detail }) => ({ id, group, title, outcome, detail })),
  },
  passed, results, fixtureFile: 'conformance.yaml',
});
const run = runOf([right, wrong, unasked], false);

describe('resultOf', () => {
  it('says passed, failed and skipped, and why', () => {
    expect([right, wrong, unasked].map(({ id, outcome, detail }) => [id, outcome, detail])).toEqual([
      ['unknown-values/code/1', 'passed', 'refused'],
      ['unknown-values/code/2', 'failed', 'it states green & "more"'],
      ['unknown-values/code/3', 'skipped', 'no document'],
    ]);
  });

  it('stays within what a report may hold', () => {
    expect(resultOf(check, { name: 'x'.repeat(500), sent: '', came: '', problem: 'y'.repeat(5000) })).toMatchObject({ id: expect.stringMatching(/^.{128}$/) as string, detail: expect.stringMatching(/^y{1023}…$/) as string });
  });
});

describe('the page', () => {
  it('shows at the terminal what failed, what was sent, what came and what to do', () => {
    const text = stripVTControlCharacters(printReport(run));
    expect(text).toContain('Guizhou 贵州, version 0.1.0');
    expect(text).toContain('✗ unknown-values    1 failed, 1 passed, 1 skipped');
    expect(text).toContain('✗ gap               nothing asked');
    for (const part of ['wrong:    it states green', 'sent:     "purple"', 'came:     attested green', 'expected: TRANSLATION_VALUE_UNKNOWN', 'do:       Look values up']) expect(text).toContain(part);
    expect(text).toContain('Not conforming: 1 of 3');
    expect(stripVTControlCharacters(printReport(runOf([right], true)))).toContain('Conforming: this report earns a badge.');
  });

  it('lets nothing an adapter sent break out of a table of Markdown', () => {
    const rows = markdownReport(run).split('\n').filter((line) => line.startsWith('| unknown-values/code/2'));
    expect(rows).toHaveLength(1);
    expect(rows[0]?.replaceAll('\\|', '').split('|')).toHaveLength(6);
    expect(markdownReport(run)).not.toMatch(/^# heading/m);
    expect(markdownReport(run)).not.toContain('<b>');
  });

  it('is XML that a build server reads', () => {
    const text = junitReport(run);
    expect(text).toContain('tests="3" failures="1" skipped="1"');
    expect(text).toContain('<failure message="it states green &amp; &quot;more&quot;">');
    expect(text).not.toMatch(/[^\t\n\r -\ud7ff\ue000-\ufffd]/u);
  });

  it('is written where it was asked for and nowhere else', () => {
    const directory = mkdtempSync(join(tmpdir(), 'report-'));
    try {
      expect(writeReports(run, { report: join(directory, 'r.md') })).toHaveLength(1);
      expect(readFileSync(join(directory, 'r.md'), 'utf8')).toBe(markdownReport(run));
      expect(existsSync(join(directory, 'r.xml'))).toBe(false);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe('showProgress', () => {
  it('tells a failure when it is found, and overwrites its line at a terminal alone', () => {
    const written: string[] = [];
    const elsewhere = showProgress({ write: (text) => written.push(text) });
    elsewhere(1, 100, [right]);
    elsewhere(2, 100, [wrong]);
    elsewhere(25, 100, [right]);
    expect(written.map(stripVTControlCharacters)).toEqual([expect.stringContaining('✗ unknown-values/code/2'), '  25 of 100 checks, 1 questions answered wrong\n']);
    const terminal: string[] = [];
    showProgress({ isTTY: true, write: (text) => terminal.push(text) })(1, 100, [right]);
    expect(terminal.join('')).toContain('\r');
  });
});
