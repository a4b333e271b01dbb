import { SingleBar } from 'cli-progress';
import { openParties } from '../clients/hub-client.js';
import type { RunningCountry } from './bring-up.js';
import { checkPairs } from './check-pairs.js';
import { findBytesPerAdapter } from './memory.js';
import { pairObject, pairsSummary, printPairs } from './print-pairs.js';

const TIMEOUT_MS = 10_000;
const MIB = 2 ** 20;

/**
 * Checks every ordered pair and prints what each answered: for a machine as `json`, for people as a table. Returns whether all were
 * right.
 *
 * @param processes how many processes share the adapters
 */
export async function checkOnce(country: RunningCountry, processes: number, json: boolean): Promise<boolean> {
  const { nodes, upSeconds } = country;
  const { checkpoint, close } = openParties({ grpc: country.addresses.hub.grpc, dataPath: country.dataPath }, nodes.map(({ code }) => code), TIMEOUT_MS);
  const bar = new SingleBar({ format: '  {bar} {value} of {total} pairs', hideCursor: true, noTTYOutput: false, stream: process.stderr });
  try {
    const begun = performance.now();
    bar.start(nodes.length * (nodes.length - 1), 0);
    const outcomes = await checkPairs(checkpoint, nodes, (outcome) => {
      if (json) console.log(JSON.stringify(pairObject(outcome)));
      bar.increment();
    });
    bar.stop();
    const seconds = (performance.now() - begun) / 1000;
    const numbers = pairsSummary(outcomes);
    const bytes = findBytesPerAdapter(country.processes());
    const summary = { ...numbers, provinces: nodes.length, upSeconds, processes, checkSeconds: Number(seconds.toFixed(2)), ...(bytes !== undefined && { mibPerAdapter: Number((bytes / MIB).toFixed(1)) }) };
    if (json) console.log(JSON.stringify({ summary }));
    else {
      console.log(printPairs(nodes, outcomes));
      console.log(`${String(numbers['right'])} of ${String(numbers['pairs'])} pairs right in ${seconds.toFixed(1)} s · scan to answer p50 ${String(numbers['p50Ms'] ?? '–')} ms, p99 ${String(numbers['p99Ms'] ?? '–')} ms`);
      console.log(`${String(nodes.length)} provinces up in ${upSeconds.toFixed(1)} s, their adapters in ${String(processes)} ${processes === 1 ? 'process' : 'processes'}${bytes === undefined ? '' : `, ${(bytes / MIB).toFixed(1)} MiB for each`}`);
    }
    return numbers['wrong'] === 0;
  } finally {
    bar.stop();
    close();
  }
}
