import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import { isRoot } from '../../deploy/embedded/postgres-binaries.js';
import { clusterDirectory } from '../../deploy/embedded/postgres.js';
import { ALL_PROVINCES } from '../../deploy/embedded/province-seat.js';

/** A line about one pair. */
interface PairLine {
  readonly pair: string;
  readonly colour: string;
  readonly status: string;
  readonly recognition: string;
  readonly advice: string;
  readonly right: boolean;
  readonly problem?: string;
}

/** The line about the matrix. */
interface MatrixLine {
  readonly marks: Readonly<Record<string, number>>;
  readonly cells: readonly { readonly receiver: string; readonly issuer: string; readonly mark: string; readonly working: { readonly state: string; readonly cause?: string } }[];
}

/** What one run of the command came to. */
interface Run {
  readonly exitCode: number;
  readonly pairs: readonly PairLine[];
  readonly matrix: MatrixLine;
  readonly summary: Readonly<Record<string, number>>;
}

const COMMAND = join(checkoutDirectory(), 'dist', 'scripts', 'country.js');
const folders: string[] = [];

/** Runs `npm run country -- --once --json` on data of its own, and whatever else is said. */
async function checkEveryPair(...more: readonly string[]): Promise<Run> {
  const dataPath = mkdtempSync(join(tmpdir(), 'health-code-pairs-'));
  folders.push(dataPath);
  const { exitCode, stdout, stderr } = await new Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const child = execFile(process.execPath, [COMMAND, '--once', '--json', '--data', dataPath, ...more], { maxBuffer: 2 ** 26, env: { PATH: process.env['PATH'] } }, (_error, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr });
    });
  });
  const lines = stdout.trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as PairLine & { readonly summary?: Run['summary']; readonly matrix?: MatrixLine });
  const summary = lines.find((line) => line.summary !== undefined)?.summary;
  const matrix = lines.find((line) => line.matrix !== undefined)?.matrix;
  if (summary === undefined || matrix === undefined) throw new Error(`the command printed no summary and ended with ${String(exitCode)}:\n${stderr}`);
  return { exitCode, pairs: lines.filter((line) => 'pair' in line), matrix, summary };
}

beforeAll(() => {
  if (!existsSync(COMMAND)) throw new Error('dist/scripts/country.js is missing: run `npm run build` first');
});

afterAll(() => {
  for (const dataPath of folders) {
    for (const path of [dataPath, ...(isRoot() ? [dirname(clusterDirectory(dataPath))] : [])]) rmSync(path, { recursive: true, force: true });
  }
});

describe('the whole country, each province with a traveller in each other', () => {
  it('answers every ordered pair as the traveller’s local system has it', async () => {
    const { exitCode, pairs, matrix, summary } = await checkEveryPair();
    expect(pairs.filter(({ right }) => !right).map(({ pair, problem }) => `${pair}: ${problem ?? ''}`)).toEqual([]);
    const expected = ALL_PROVINCES.flatMap((from) => ALL_PROVINCES.filter((to) => to !== from).map((to) => `${from.slug}>${to.slug}`));
    expect(pairs.map(({ pair }) => pair).sort()).toEqual(expected.sort());
    for (const colour of ['green', 'yellow', 'red']) {
      const shown = pairs.filter((pair) => pair.colour === colour);
      expect(new Set(shown.map(({ pair }) => pair.split('>')[0])).size).toBe(32);
      expect([...new Set(shown.map(({ status, recognition, advice }) => `${status} ${recognition} ${advice}`))]).toEqual([`${colour} recognised ${colour === 'green' ? 'allow' : 'local-procedure'}`]);
    }
    expect(matrix.cells.filter(({ mark }) => mark !== '✓')).toEqual([]);
    expect(matrix.marks).toMatchObject({ '✓': 992 });
    expect(summary).toMatchObject({ pairs: 992, right: 992, wrong: 0, provinces: 32 });
    expect(exitCode).toBe(0);
  });
});

describe('three provinces, the local system of one of which misbehaves', () => {
  it('names the pairs of that province alone, and ends with 1', async () => {
    const { exitCode, pairs, matrix } = await checkEveryPair('--provinces', 'guizhou,beijing,shanghai', '--fault', 'shanghai=down');
    const wrong = pairs.filter(({ right }) => !right);
    expect(wrong.map(({ pair }) => pair).sort()).toEqual(['shanghai>beijing', 'shanghai>guizhou']);
    expect(wrong.map(({ status, recognition }) => `${status} ${recognition}`)).toEqual(['unspecified issuer-unreachable', 'unspecified issuer-unreachable']);
    expect(pairs).toHaveLength(6);
    expect(matrix.cells.filter(({ mark }) => mark === '✗').map(({ receiver, issuer, working }) => `${issuer} in ${receiver}: ${working.cause ?? ''}`).sort()).toEqual(['310000 in 110000: LOCAL_SYSTEM_UNREACHABLE', '310000 in 520000: LOCAL_SYSTEM_UNREACHABLE']);
    expect(exitCode).toBe(1);
  });
});
