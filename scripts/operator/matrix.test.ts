import { stripVTControlCharacters } from 'node:util';
import { RECOGNITION_NODES } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { brokenPairs, countMarks, markOf, matrixObject, printMatrix } from './matrix.js';

const NOW = 1_700_000_000;
const at = (secondsAgo: number) => ({ seconds: NOW - secondsAgo, nanos: 0 });
const YES = { state: v1.FactState.FACT_STATE_YES, asOf: at(30) };
const NO = (cause: string, secondsAgo: number) => ({ state: v1.FactState.FACT_STATE_NO, cause, asOf: at(secondsAgo) });
const cell = (receiver: string, issuer: string, facts: Partial<v1.IMatrixCell> = {}): v1.IMatrixCell => ({ receiver, issuer, declared: YES, configured: YES, working: YES, ...facts });

const MATRIX: v1.IGetMatrixResponse = {
  generatedAt: at(0),
  probeIntervalSeconds: 60,
  provinces: ['110000', '520000'],
  cells: [cell('110000', '520000', { configured: NO('BADGE_EXPIRED', 7200), working: NO('ADAPTER_TIMEOUT', 5) }), cell('520000', '110000')],
};

describe('markOf', () => {
  it('is ✓ only when all three facts are the case', () => {
    expect(markOf(cell('110000', '520000'))).toEqual({ mark: '✓' });
    expect(markOf(cell('110000', '520000', { working: { state: v1.FactState.FACT_STATE_UNSPECIFIED } }))).toEqual({ mark: '·' });
    expect(markOf({ receiver: '110000', issuer: '520000', declared: YES, configured: YES })).toEqual({ mark: '·' });
  });

  it('does not call broken what was never measured, and calls broken what has no checkpoint to measure it', () => {
    expect(markOf(cell('110000', '520000', { working: { state: v1.FactState.FACT_STATE_NO, cause: 'NOT_PROBED' } }))).toEqual({ mark: '·' });
    expect(markOf(cell('110000', '520000', { working: { state: v1.FactState.FACT_STATE_NO, cause: 'NO_CHECKPOINT' } }))).toEqual({ mark: '✗', fact: 'working', letter: 'W' });
  });

  it('names the first fact that is not the case, for what is not configured cannot work', () => {
    expect(markOf(cell('110000', '520000', { configured: NO('BADGE_EXPIRED', 1), working: NO('ADAPTER_TIMEOUT', 1) }))).toEqual({ mark: '✗', fact: 'configured', letter: 'C' });
    expect(markOf(cell('110000', '520000', { declared: NO('NO_POLICY', 1) }))).toEqual({ mark: '✗', fact: 'declared', letter: 'D' });
  });

  it('tells a stricter rule from a broken pair', () => {
    expect(markOf(cell('110000', '520000', { declared: { state: v1.FactState.FACT_STATE_RESTRICTED } }))).toEqual({ mark: '~' });
  });
});

describe('printMatrix', () => {
  const text = stripVTControlCharacters(printMatrix(MATRIX, NOW));

  it('has a row for where codes are shown and a column for whose they are', () => {
    const lines = text.split('\n').filter((line) => /^(BJ|GZ) /.test(line));
    expect(lines).toEqual(['BJ beijing     ✗C', 'GZ guizhou  ✓']);
  });

  it('lists a broken pair with fact, cause and age in words', () => {
    expect(text).toMatch(/beijing ← guizhou {2}not configured {2}BADGE_EXPIRED {2}2 h ago/);
    expect(text).toContain('2 pairs: 1 ✓, 0 ~, 0 ·, 1 ✗');
  });

  it('keeps all 32 provinces within 120 columns', () => {
    const provinces = RECOGNITION_NODES.map(({ code }) => code as string);
    const cells = provinces.flatMap((receiver) => provinces.filter((issuer) => issuer !== receiver).map((issuer) => cell(receiver, issuer)));
    const lines = stripVTControlCharacters(printMatrix({ ...MATRIX, provinces, cells }, NOW)).split('\n');
    expect(lines.filter((line) => /^[A-Z]{2} /.test(line))).toHaveLength(32);
    expect(Math.max(...lines.filter((line) => /^[A-Z]{2} |^ {3}/.test(line)).map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(new Set(lines.find((line) => line.startsWith('    '))?.trim().split(/\s+/)).size).toBe(32);
  });
});

it('brokenPairs puts the longest broken pair first', () => {
  const cells = [cell('110000', '520000', { working: NO('ADAPTER_TIMEOUT', 5) }), cell('520000', '110000', { working: NO('ADAPTER_TIMEOUT', 500) })];
  expect(brokenPairs({ cells }).map(({ receiver }) => receiver)).toEqual(['520000', '110000']);
});

it('matrixObject says every fact by name', () => {
  expect(countMarks(MATRIX)).toEqual({ '✓': 1, '~': 0, '·': 0, '✗': 1 });
  expect(matrixObject(MATRIX)).toMatchObject({ probeIntervalSeconds: 60, cells: [{ receiver: '110000', issuer: '520000', mark: '✗', configured: { state: 'no', cause: 'BADGE_EXPIRED' } }, { mark: '✓' }] });
});
