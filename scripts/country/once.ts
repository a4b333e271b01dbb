import { SingleBar } from 'cli-progress';
import { openParties } from '../clients/hub-client.js';
import { ONCE_PROBE_INTERVAL_MS, type RunningCountry } from './bring-up.js';
import { checkPairs } from './check-pairs.js';
import { findBytesPerAdapter } from './memory.js';
import { countMarks, matrixObject, printMatrix } from '../operator/matrix.js';
import { pairObject, pairsSummary, printPairs } from './print-pairs.js';
import { settleMatrix } from './settle-matrix.js';

const TIMEOUT_MS = 10_000;
/** Every pair has been measured after one interval, and again after another, if the machine keeps up. */
const MATRIX_PATIENCE = { firstMs: 4 * ONCE_PROBE_INTERVAL_MS, againMs: 2 * ONCE_PROBE_INTERVAL_MS };
const MIB = 2 ** 20;

/**
 * Checks every ordered pair and prints what each answered, and the recognition matrix as measured by the hub's own probes: for a machine
 * as `json`, for people as tables. Returns whether all were right and every pair was measured to work.
 *
 * @param processes how many processes share the adapters
 */
export async function checkOnce(country: RunningCountry, processes: number, json: boolean): Promise<boolean> {
  const { nodes, upSeconds } = country;
  const { as, checkpoint, close } = openParties({ grpc: country.addresses.hub.grpc, dataPath: country.dataPath }, nodes.map(({ code }) => code), TIMEOUT_MS);
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
    await country.startCheckpoints();
    const matrix = await settleMatrix(as({ role: 'auditor' }).recognition, MATRIX_PATIENCE);
    const marks = countMarks(matrix);
    if (json) {
      console.log(JSON.stringify({ matrix: matrixObject(matrix) }));
      console.log(JSON.stringify({ summary }));
    } else {
      console.log(printPairs(nodes, outcomes));
      console.log(`${String(numbers['right'])} of ${String(numbers['pairs'])} pairs right in ${seconds.toFixed(1)} s · scan to answer p50 ${String(numbers['p50Ms'] ?? '–')} ms, p99 ${String(numbers['p99Ms'] ?? '–')} ms`);
      console.log(`${String(nodes.length)} provinces up in ${upSeconds.toFixed(1)} s, their adapters in ${String(processes)} ${processes === 1 ? 'process' : 'processes'}${bytes === undefined ? '' : `, ${(bytes / MIB).toFixed(1)} MiB for each`}`);
      console.log(`\n${printMatrix(matrix, Date.now() / 1000)}`);
    }
    return numbers['wrong'] === 0 && marks['✗'] + marks['·'] === 0;
  } finally {
    bar.stop();
    close();
  }
}
