import { SingleBar } from 'cli-progress';
import type { Country } from '../../deploy/embedded/country.js';
import { connectHub } from '../clients/hub-client.js';
import type { CountryArguments } from './arguments.js';
import { checkPairs } from './check-pairs.js';
import { findBytesPerAdapter } from './memory.js';
import { openNodes } from './nodes.js';
import { pairObject, pairsSummary, printPairs } from './print-pairs.js';

const TIMEOUT_MS = 10_000;
const MIB = 2 ** 20;

/** What was measured before the pairs. */
export interface BroughtUp {
  readonly upSeconds: number;
  readonly processes: number;
}

/** Checks every ordered pair and prints what each answered. Returns whether all were right. */
export async function checkOnce(country: Country, args: CountryArguments, broughtUp: BroughtUp): Promise<boolean> {
  const { checkpoint, close } = connectHub(country.addresses.hub.grpc, TIMEOUT_MS);
  const bar = new SingleBar({ format: '  {bar} {value} of {total} pairs', hideCursor: true, noTTYOutput: false, stream: process.stderr });
  try {
    const nodes = await openNodes(args.provinces, country.addresses);
    const begun = performance.now();
    bar.start(nodes.length * (nodes.length - 1), 0);
    const outcomes = await checkPairs(checkpoint, nodes, (outcome) => {
      if (args.json) console.log(JSON.stringify(pairObject(outcome)));
      bar.increment();
    });
    bar.stop();
    const seconds = (performance.now() - begun) / 1000;
    const numbers = pairsSummary(outcomes);
    const bytes = findBytesPerAdapter(country.processes());
    const summary = { ...numbers, provinces: nodes.length, ...broughtUp, checkSeconds: Number(seconds.toFixed(2)), ...(bytes !== undefined && { mibPerAdapter: Number((bytes / MIB).toFixed(1)) }) };
    if (args.json) console.log(JSON.stringify({ summary }));
    else {
      console.log(printPairs(nodes, outcomes));
      console.log(`${String(numbers['right'])} of ${String(numbers['pairs'])} pairs right in ${seconds.toFixed(1)} s · scan to answer p50 ${String(numbers['p50Ms'] ?? '–')} ms, p99 ${String(numbers['p99Ms'] ?? '–')} ms`);
      console.log(`${String(nodes.length)} provinces up in ${broughtUp.upSeconds.toFixed(1)} s, their adapters in ${String(broughtUp.processes)} ${broughtUp.processes === 1 ? 'process' : 'processes'}${bytes === undefined ? '' : `, ${(bytes / MIB).toFixed(1)} MiB for each`}`);
    }
    return numbers['wrong'] === 0;
  } finally {
    bar.stop();
    close();
  }
}
