import { styleText } from 'node:util';
import { SingleBar } from 'cli-progress';
import { superviseCountry, type Country, type CountrySupervisor } from '../../deploy/embedded/country.js';
import { DeploymentError } from '../../deploy/embedded/errors.js';
import type { CountryArguments } from './arguments.js';
import { chooseProcesses } from './machine.js';
import { openNodes, type CountryNode } from './nodes.js';

/** A country that runs. */
export interface RunningCountry extends Country {
  readonly nodes: readonly CountryNode[];
  /** Folder of its supervisor's data. */
  readonly dataPath: string;
  /** From nothing to the last part that was ready. */
  readonly upSeconds: number;
}

/** A country that comes up, and what went wrong with it so far. */
export interface CountryUp {
  readonly supervisor: CountrySupervisor;
  /** Starts everything, waits until everything is ready, and then lets local systems misbehave where that was asked for. @throws DeploymentError */
  readonly start: () => Promise<RunningCountry>;
  /** How many processes share the adapters, and as many the local systems. */
  readonly processes: number;
  /** Parts that failed or ended by themselves, one sentence each. */
  readonly failures: readonly string[];
}

/** One device stands for all the checkpoints of its province: it asks as often as they would. */
const HUB_SETTINGS = { IDENTITY_QUERY_LIMIT: '6000/m' };
/** How often every pair is measured where nobody waits for a minute. */
export const ONCE_PROBE_INTERVAL_MS = 15_000;
const ONCE_SETTINGS = { PROBE_INTERVAL: `${String(ONCE_PROBE_INTERVAL_MS)}ms` };

/** Prepares the country of `args`. What happens is shown on the terminal, where there is one, as a bar; else as lines. */
export function prepareCountry(args: CountryArguments, say: (line: string) => void): CountryUp {
  const processes = args.processes ?? chooseProcesses(args.provinces.length);
  const failures: string[] = [];
  const hasBar = process.stderr.isTTY;
  const bar = new SingleBar({ format: '  {bar} {value} of {total} parts are up', hideCursor: true, noTTYOutput: false, stream: process.stderr });
  let hasBegun = false;
  const supervisor = superviseCountry({
    dataPath: args.dataPath,
    provinces: args.provinces,
    environment: process.env,
    sharedProcesses: processes,
    // Where every pair is checked, they come after: what they ask would be among what is measured.
    hasCheckpoints: !args.once,
    hubSettings: { ...HUB_SETTINGS, ...(args.once ? ONCE_SETTINGS : {}) },
    announce: (line) => {
      if (!hasBar) say(`  ${line}`);
    },
    onEnded: ({ message }) => {
      failures.push(message);
      bar.stop();
      console.error(styleText('red', message));
    },
    onProgress: (up, all) => {
      if (!hasBegun) bar.start(all, 0);
      hasBegun = true;
      bar.update(up);
    },
  });
  const bringUp = async (): Promise<Country> => {
    try {
      return await supervisor.start();
    } finally {
      bar.stop();
    }
  };
  const start = async (): Promise<RunningCountry> => {
    const begun = performance.now();
    const country = await bringUp();
    const upSeconds = Number(((performance.now() - begun) / 1000).toFixed(2));
    const nodes = await openNodes(args.provinces, country.addresses);
    for (const { slug, standIn } of nodes) {
      const mode = args.faults.get(slug);
      if (mode === undefined) continue;
      await standIn.setFault(mode).catch((cause: unknown) => {
        throw new DeploymentError('SETTING_INVALID', `--fault: the local system of ${slug} knows no ${mode}`, { cause });
      });
    }
    return { ...country, nodes, upSeconds, dataPath: args.dataPath };
  };
  return { supervisor, start, processes, failures };
}
