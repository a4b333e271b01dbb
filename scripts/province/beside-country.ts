import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { joinedAdapterService, localSystemService, ownSettings, type Room } from '../../deploy/embedded/country-services.js';
import { openDataDirectory } from '../../deploy/embedded/data-directory.js';
import { externalPostgres } from '../../deploy/embedded/postgres.js';
import { startService } from '../../deploy/embedded/service.js';
import { CommandError } from '../access/command-error.js';
import type { EmbeddedCountry } from '../access/embedded-country.js';
import { replaceFile } from '../access/replace-file.js';
import type { DeviceHome } from '../verify/device-home.js';
import { adapterSettings } from './adapter-env.js';
import { localSystemSettings, type OwnLocalSystem } from './local-system.js';
import { openHome, type ProvinceHome } from './province-home.js';

/** The processes of a province beside a country on this machine, which its supervisor knows nothing of. */
export interface BesideCountry {
  /** Makes the databases, and starts a stand-in of the local system where `localSystem` names none. Returns what the adapter needs besides its membership. */
  readonly makeRoom: (localSystem?: OwnLocalSystem) => Promise<Readonly<Record<string, string>>>;
  /** Starts the adapter and waits until it is registered. @throws DeploymentError with the end of its log */
  readonly startAdapter: (settings: Readonly<Record<string, string>>) => Promise<void>;
  /** Starts a checkpoint by which the hub measures whom the province recognises. @throws DeploymentError with the end of its log */
  readonly startCheckpoint: (device: DeviceHome) => Promise<void>;
  /** Resolves when a process of these has ended by itself; with the end of its log. */
  readonly ended: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

const STOP_PATIENCE_MS = 5000;

/** Superuser's URL of the country's PostgreSQL: that of DATABASE_URL, or the embedded one. */
function databaseUrl({ dataPath }: EmbeddedCountry, environment: Readonly<Record<string, string | undefined>>): string {
  const given = environment['DATABASE_URL'];
  if (given !== undefined && given !== '') return given;
  try {
    const { postgres } = JSON.parse(readFileSync(join(dataPath, 'ports.json'), 'utf8')) as { readonly postgres: number };
    return `postgres://postgres:${readFileSync(join(dataPath, 'secrets', 'postgres-password'), 'utf8')}@127.0.0.1:${String(postgres)}/postgres`;
  } catch (cause) {
    throw new CommandError('the PostgreSQL of the country on this machine is not known', 'Name one that may be used: DATABASE_URL=postgres://… npm run province -- run', { cause });
  }
}

/** Prepares to run the processes of a home's province; logs and ports are kept in `run/` of the home. @throws DeploymentError DIRECTORY_IN_USE */
export async function openBeside(country: EmbeddedCountry, home: ProvinceHome, environment: Readonly<Record<string, string | undefined>> = process.env): Promise<BesideCountry> {
  const { province } = home;
  const data = await openDataDirectory(join(home.directory, 'run'));
  // The key of subject references is the same for all adapters; on this machine the supervisor made it.
  replaceFile(data.at('secrets', 'subject-key.json'), readFileSync(join(country.dataPath, 'secrets', 'subject-key.json')));
  const room: Room = { data, postgres: externalPostgres(databaseUrl(country, environment)) };
  let isStopping = false;
  return {
    makeRoom: async (localSystem) => {
      const own = await ownSettings(room, province);
      if (localSystem !== undefined) return { ...own, ...localSystemSettings(localSystem) };
      await startService(await localSystemService(room, province), data);
      return own;
    },
    startAdapter: async (settings) => {
      await startService(await joinedAdapterService(room, province, { ...settings, ...adapterSettings(openHome(home.directory)) }), data);
    },
    startCheckpoint: async ({ province: code, files }) => {
      const devices = data.writeSecret('probes.json', JSON.stringify([{ province: code, certificateFile: files.certificate, keyFile: files.key }]));
      const env = { ENVIRONMENT: 'development', HUB_ADDRESS: home.settings.hub, HUB_CA_FILE: files.hubAuthority, PROBES_FILE: devices };
      await startService({ name: 'checkpoint', entry: 'province-adapter/dist/probes-main.js', env }, data);
    },
    ended: () =>
      new Promise((resolve) => {
        for (const child of data.children()) {
          void child.exited.then(() => {
            if (!isStopping) resolve(`${child.name} has ended; its log is ${data.at('logs', `${child.name}.log`)} and ends:\n${child.logTail()}`);
          });
        }
      }),
    stop: async () => {
      isStopping = true;
      for (const child of [...data.children()].reverse()) await child.stop(STOP_PATIENCE_MS);
      data.release();
    },
  };
}
