import { setTimeout as delay } from 'node:timers/promises';
import { openParties } from '../clients/hub-client.js';
import type { CountryArguments } from './arguments.js';
import type { RunningCountry } from './bring-up.js';
import { changeColours } from './change-colours.js';
import { listenToKeys } from './keys.js';
import { LiveTally } from './live-tally.js';
import { createPopulation } from './population.js';
import { printLive } from './print-live.js';
import { travel } from './travel.js';

const TIMEOUT_MS = 10_000;
/** On a terminal the summary is drawn anew in its place; elsewhere it is printed again, less often. */
const REDRAW_MS = 500;
const REPRINT_MS = 10_000;
const FASTEST = 1000;
const SLOWEST = 0.1;

/** Replaces what was drawn before, where there is a terminal. */
function createScreen(output: NodeJS.WriteStream): (text: string) => void {
  let lines = 0;
  return (text) => {
    if (!output.isTTY) {
      output.write(`${text}\n`);
      return;
    }
    // Cut at the edge: a line that wraps would be two on the way back up.
    const rows = text.split('\n');
    output.write(`${lines > 0 ? `\u001b[${String(lines)}A` : ''}\u001b[J\u001b[?7l${rows.join('\n')}\u001b[?7h\n`);
    lines = rows.length;
  };
}

/** Lets people travel and colours change until `stop` is aborted or a key ends it, with a summary that follows them. */
export async function liveOn(country: RunningCountry, args: CountryArguments, failures: readonly string[], stop: AbortSignal): Promise<void> {
  const { nodes } = country;
  const { checkpoint, close } = openParties({ grpc: country.addresses.hub.grpc, dataPath: country.dataPath }, nodes.map(({ code }) => code), TIMEOUT_MS);
  const ended = new AbortController();
  const ending = AbortSignal.any([stop, ended.signal]);
  let [rate, isPausedNow] = [args.rate, false];
  const keys = listenToKeys({
    end: () => {
      ended.abort();
    },
    pause: () => {
      isPausedNow = !isPausedNow;
    },
    faster: () => {
      rate = Math.min(FASTEST, rate * 2);
    },
    slower: () => {
      rate = Math.max(SLOWEST, rate / 2);
    },
  });
  try {
    const population = createPopulation(nodes);
    const tally = new LiveTally();
    const terms = { checkpoint, nodes, population, tally, isPaused: () => isPausedNow, random: Math.random };
    const begun = performance.now();
    const draw = createScreen(process.stdout);
    const show = (): void => {
      const seconds = (performance.now() - begun) / 1000;
      const state = { provinces: nodes.length, seconds, rate, changesPerMinute: args.changes, isPaused: isPausedNow, hub: country.addresses.hub.grpc, failures, hasKeys: keys.hasKeys };
      draw(printLive(tally.summary(), state));
    };
    const redraw = async (): Promise<void> => {
      while (!ending.aborted) {
        show();
        await delay(process.stdout.isTTY ? REDRAW_MS : REPRINT_MS, undefined, { signal: ending }).catch(() => undefined);
      }
    };
    for (const { problem } of nodes) if (problem !== undefined) console.log(problem);
    console.log(`${String(population.length)} people of ${String(nodes.length)} provinces travel.\n`);
    await Promise.all([
      travel({ ...terms, rate: () => rate, testShare: args.tests }, ending),
      changeColours({ ...terms, adapters: country.addresses.adapters, changesPerMinute: args.changes }, ending),
      redraw(),
    ]);
    show();
  } finally {
    keys.release();
    close();
  }
}
