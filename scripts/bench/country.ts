import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import { clusterDirectory } from '../../deploy/embedded/postgres.js';
import type { Figure } from './figure.js';

const SUMMARY = z.object({
  summary: z.object({
    pairs: z.number(),
    wrong: z.number(),
    p50Ms: z.number(),
    p99Ms: z.number(),
    upSeconds: z.number(),
    checkSeconds: z.number(),
    mibPerAdapter: z.number(),
  }),
});

type Summary = z.infer<typeof SUMMARY>['summary'];

const COMMAND = 'dist/scripts/country.js';

/** Runs `npm run country -- --once --json` on an empty data directory. @throws when it fails, as it does when a pair is wrong */
async function runCountry(dataPath: string, ...options: readonly string[]): Promise<Summary> {
  const empty = async (): Promise<void> => {
    await rm(clusterDirectory(dataPath), { recursive: true, force: true });
    await rm(dataPath, { recursive: true, force: true });
  };
  await empty();
  try {
    const args = [join(checkoutDirectory(), COMMAND), '--once', '--json', '--data', dataPath, ...options];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 26 });
    return SUMMARY.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).summary;
  } finally {
    await empty();
  }
}

/**
 * The whole country on this machine, from no data at all, with all processors: until all 32 nodes are up, all ordered pairs, and what an
 * adapter holds in memory where it shares a process and where it has one of its own, as in a deployment.
 */
export async function benchCountry(): Promise<Figure[]> {
  const dataPath = join(checkoutDirectory(), '.data', 'bench-country');
  const whole = await runCountry(dataPath);
  const alone = await runCountry(dataPath, '--provinces', 'shanghai,guizhou', '--processes', '2');
  return [
    { name: 'country.up', value: whole.upSeconds, unit: 's', aim: '<= 60' },
    { name: `country.pairs-${String(whole.pairs)}`, value: whole.checkSeconds, unit: 's', aim: '<= 30' },
    { name: 'country.scan-to-answer.p50', value: whole.p50Ms, unit: 'ms' },
    { name: 'country.scan-to-answer.p99', value: whole.p99Ms, unit: 'ms' },
    { name: 'country.memory-per-adapter.shared', value: whole.mibPerAdapter, unit: 'MiB' },
    { name: 'country.memory-per-adapter.alone', value: alone.mibPerAdapter, unit: 'MiB' },
  ];
}
