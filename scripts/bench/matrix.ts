import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RECOGNITION_NODES } from '@health-code/attestation';
import { z } from 'zod';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import { superviseCountry, type Country } from '../../deploy/embedded/country.js';
import { clusterDirectory } from '../../deploy/embedded/postgres.js';
import type { Figure } from './figure.js';
import { processorSeconds } from './processor-time.js';

/** The hub's default: PROBE_INTERVAL. */
const INTERVAL_MS = 60_000;
const CHECKPOINTS = 'checkpoints';

/** What has to do with measuring; of these the aim is. */
const OURS = /^(hub|adapters?-.*|checkpoints)$/;

const MATRIX = z.object({
  probeIntervalSeconds: z.literal(INTERVAL_MS / 1000),
  cells: z.array(z.object({ working: z.object({ state: z.string(), asOf: z.string().optional() }) })),
});

/** When each pair was measured last, as far as it works; milliseconds. */
async function readMeasured({ addresses }: Country): Promise<{ readonly pairs: number; readonly measured: readonly number[] }> {
  const { cells } = MATRIX.parse(await (await fetch(`http://${addresses.hub.http}/recognition/matrix`)).json());
  return { pairs: cells.length, measured: cells.flatMap(({ working: { state, asOf } }) => (state === 'yes' && asOf !== undefined ? [Date.parse(asOf)] : [])) };
}

async function waitForAll(country: Country): Promise<number> {
  const until = Date.now() + 4 * INTERVAL_MS;
  while (Date.now() < until) {
    const { pairs, measured } = await readMeasured(country);
    if (measured.length === pairs) return pairs;
    await delay(1000);
  }
  throw new Error('not every pair works: there is nothing to measure');
}

type Times = ReadonlyMap<string, number>;

const readTimes = ({ processes }: Country): Times => new Map(processes().map(({ name, pid }) => [name, processorSeconds(pid)]));

/** Share of one core that each process takes over one interval. */
async function measureInterval(country: Country): Promise<Times> {
  const before = readTimes(country);
  const began = performance.now();
  await delay(INTERVAL_MS);
  const seconds = (performance.now() - began) / 1000;
  return new Map([...readTimes(country)].map(([name, after]) => [name, (after - (before.get(name) ?? after)) / seconds]));
}

const percent = (share: number): number => Number((share * 100).toFixed(2));

/**
 * What measuring costs while nothing else happens: the whole country with its checkpoints over one interval, less the same
 * without them. Every ordered pair is asked about once in that time, from a checkpoint of its own on a connection of its own.
 */
export async function benchMatrix(): Promise<Figure[]> {
  const dataPath = join(checkoutDirectory(), '.data', 'bench-matrix');
  const empty = async (): Promise<void> => {
    await rm(clusterDirectory(dataPath), { recursive: true, force: true });
    await rm(dataPath, { recursive: true, force: true });
  };
  await empty();
  const supervisor = superviseCountry({
    dataPath, provinces: RECOGNITION_NODES, environment: { PATH: process.env['PATH'] }, sharedProcesses: 1, announce: () => undefined, onEnded: ({ message }) => { console.error(message); },
  });
  try {
    const country = await supervisor.start();
    const pairs = await waitForAll(country);
    const began = Date.now();
    const probed = await measureInterval(country);
    const { measured } = await readMeasured(country);
    const inTime = measured.filter((at) => at >= began - 1000).length;
    if (inTime < pairs * 0.98) throw new Error(`${String(inTime)} of ${String(pairs)} pairs were measured in the interval`);
    await country.stopOne(CHECKPOINTS);
    await delay(2000);
    const idle = await measureInterval(country);
    const sum = (isWanted: (name: string) => boolean): number =>
      [...probed].filter(([name]) => isWanted(name)).reduce((total, [name, share]) => total + share - (idle.get(name) ?? 0), 0);
    return [
      { name: `matrix.pairs-${String(pairs)}`, value: percent(sum((name) => OURS.test(name))), unit: '% of a core', aim: '<= 5' },
      { name: 'matrix.hub', value: percent(sum((name) => name === 'hub')), unit: '% of a core' },
      { name: 'matrix.adapters', value: percent(sum((name) => name.startsWith('adapters'))), unit: '% of a core' },
      { name: 'matrix.checkpoints', value: percent(sum((name) => name === CHECKPOINTS)), unit: '% of a core' },
      { name: 'matrix.beside', value: percent(sum((name) => !OURS.test(name))), unit: '% of a core' },
    ];
  } finally {
    await supervisor.stop();
    await empty();
  }
}
