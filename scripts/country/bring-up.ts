import { styleText } from 'node:util';
import { SingleBar } from 'cli-progress';
import { superviseCountry, type Country, type CountrySupervisor } from '../../deploy/embedded/country.js';
import { openStandIn } from '../clients/stand-in.js';
import type { CountryArguments } from './arguments.js';
import { chooseProcesses } from './machine.js';

/** A country that comes up, and what went wrong with it so far. */
export interface CountryUp {
  readonly supervisor: CountrySupervisor;
  /** Starts everything and waits until everything is ready. @throws DeploymentError */
  readonly start: () => Promise<Country>;
  /** How many processes share the adapters, and as many the local systems. */
  readonly processes: number;
  /** Parts that failed or ended by themselves, one sentence each. */
  readonly failures: readonly string[];
}

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
  const start = async (): Promise<Country> => {
    try {
      const country = await supervisor.start();
      for (const [slug, mode] of args.faults) await openStandIn(country.addresses.localSystems[slug] ?? '').setFault(mode);
      return country;
    } finally {
      bar.stop();
    }
  };
  return { supervisor, start, processes, failures };
}
