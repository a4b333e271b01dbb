import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import { isRoot } from '../../deploy/embedded/postgres-binaries.js';
import { clusterDirectory } from '../../deploy/embedded/postgres.js';

const COMMAND = join(checkoutDirectory(), 'dist', 'scripts', 'country.js');
const TRAVEL_MS = 5000;
const dataPath = mkdtempSync(join(tmpdir(), 'health-code-live-'));

beforeAll(() => {
  if (!existsSync(COMMAND)) throw new Error('dist/scripts/country.js is missing: run `npm run build` first');
});

afterAll(() => {
  for (const path of [dataPath, ...(isRoot() ? [dirname(clusterDirectory(dataPath))] : [])]) rmSync(path, { recursive: true, force: true });
});

/** Runs `npm run country` until it has let people travel for a while and is asked to stop. */
async function runAndStop(...options: readonly string[]): Promise<{ readonly exitCode: number | null; readonly said: string }> {
  const child = spawn(process.execPath, [COMMAND, '--data', dataPath, ...options], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } });
  let said = '';
  const hear = (text: Buffer): void => {
    said += text.toString();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await expect.poll(() => said, { timeout: 60_000, interval: 100 }).toContain('travel.');
  setTimeout(() => child.kill('SIGINT'), TRAVEL_MS);
  return { exitCode: await ended, said };
}

describe('a country that stays up', () => {
  it('recognises who travels, sees colours change, tells whose local system is away, and stops when asked to', async () => {
    const { exitCode, said } = await runAndStop('--provinces', 'guizhou,beijing,sichuan,shanghai', '--rate', '40', '--changes', '240', '--fault', 'shanghai=down');
    const last = said.slice(said.lastIndexOf('4 provinces'));
    expect(Number(/recognised (\d+)/.exec(last)?.[1])).toBeGreaterThan(40);
    expect(last).toMatch(/refused +.*issuer-unreachable LOCAL_SYSTEM_UNREACHABLE/);
    expect(last).toMatch(/away +shanghai/);
    expect(last).toMatch(/wrong +none/);
    expect(Number(/changes +(\d+) came by themselves/.exec(last)?.[1])).toBeGreaterThan(0);
    expect(exitCode).toBe(0);
    expect(existsSync(join(dataPath, 'addresses.json'))).toBe(false);
  });
});
