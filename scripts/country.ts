// Run to see the whole country: `npm run country` brings up all 32 nodes and lets people travel; `-- --once` checks every pair.
import { styleText } from 'node:util';
import { DeploymentError } from '../deploy/embedded/errors.js';
import { parseCountryArguments, USAGE, type CountryArguments } from './country/arguments.js';
import { prepareCountry } from './country/bring-up.js';
import { liveOn } from './country/live.js';
import { checkOnce } from './country/once.js';

/** Aborted at the first request to stop; later ones change nothing, since stopping is bounded in time. */
function stopRequest(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stop.abort();
    });
  }
  return stop.signal;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });

/** Brings the country up and does what was asked for. Returns whether all was as it must be. */
async function main(args: CountryArguments): Promise<boolean> {
  // Standard output is for the answers where a machine reads it.
  const say = args.json ? console.error : console.log;
  const { supervisor, start, processes, failures } = prepareCountry(args, say);
  const stop = stopRequest();
  // Live, it ends by itself when asked to stop, with a last summary; before, what is under way is cut off.
  let isLive = false;
  const run = async (): Promise<boolean> => {
    say(styleText('bold', `Bringing up ${String(args.provinces.length)} provinces`));
    const country = await start();
    if (args.once) return checkOnce(country, processes, args.json);
    say(`Up in ${country.upSeconds.toFixed(1)} s.`);
    isLive = true;
    await liveOn(country, args, failures, stop);
    return true;
  };
  const running = run();
  try {
    const isRight = await Promise.race([running, aborted(stop).then(() => isLive && running)]);
    return isRight && failures.length === 0;
  } finally {
    say('Stopping …');
    await supervisor.stop();
  }
}

/** Undefined for a command line that is not understood, once that was said. */
function parseOptions(): CountryArguments | 'help' | undefined {
  try {
    return parseCountryArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return undefined;
  }
}

const options = parseOptions();
if (options === undefined) {
  process.exitCode = 1;
} else if (options === 'help') {
  console.log(USAGE);
} else {
  try {
    process.exit((await main(options)) ? 0 : 1);
  } catch (error) {
    console.error(error instanceof DeploymentError ? error.message : error);
    process.exit(1);
  }
}
