import { CommandError } from '../access/command-error.js';
import { findEmbeddedCountry } from '../access/embedded-country.js';
import { openBeside } from './beside-country.js';
import { openDeviceHome } from '../verify/device-home.js';
import type { OwnLocalSystem } from './local-system.js';
import type { ProvinceHome } from './province-home.js';

/** What `run` needs to know. */
export interface RunOptions {
  /** The province's own system; without it a stand-in of it is started. */
  readonly localSystem?: OwnLocalSystem | undefined;
  /** Folder of an enrolled device that plays the province's checkpoint. */
  readonly checkpoint?: string;
  /** Data folder of the country; without it the one that runs. */
  readonly dataPath?: string;
  readonly say: (line: string) => void;
  /** Aborted when it shall end. */
  readonly stop: AbortSignal;
}

const stopped = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
  });

/**
 * Runs the adapter of a home's province beside the country on this machine until it is told to stop.
 * @throws CommandError when no country runs here, or when a process ends by itself
 */
export async function runAdapter(home: ProvinceHome, { localSystem, checkpoint, dataPath, say, stop }: RunOptions): Promise<void> {
  const country = findEmbeddedCountry(dataPath);
  if (country === undefined) throw new CommandError('no country runs on this machine', `Start one (npm start), or run the adapter with ${home.files.adapterEnv}: docs/join.md`);
  const beside = await openBeside(country, home);
  try {
    const settings = await beside.makeRoom(localSystem);
    say(`local system: ${settings['LOCAL_SYSTEM_URL'] ?? ''}${localSystem === undefined ? ' (a stand-in)' : ''}`);
    await beside.startAdapter(settings);
    say(`adapter: http://${settings['HTTP_ADDRESS'] ?? ''}/health/ready, registered with the hub; logs: ${home.directory}/run/logs`);
    if (checkpoint !== undefined) {
      await beside.startCheckpoint(openDeviceHome(checkpoint));
      say('checkpoint: the hub measures by it whom the province recognises (npm run operator -- matrix)');
    }
    say('Running until Ctrl-C.');
    const failure = await Promise.race([stopped(stop), beside.ended()]);
    if (failure !== undefined) throw new CommandError(failure, 'Mend what the log says and run it again.');
  } finally {
    await beside.stop();
  }
}
