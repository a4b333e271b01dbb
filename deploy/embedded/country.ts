import { removeAddresses, writeAddresses, type Addresses } from './addresses.js';
import { packageCache } from './checkout.js';
import {
  adapterService, createDatabases, foundingDevice, hubService, joinedAdapterService, localSystemService, ownSettings, probesService, SHARED_LOCAL_SYSTEMS,
  type Connections, type ProbeDevice,
} from './country-services.js';
import { openDataDirectory, type DataDirectory } from './data-directory.js';
import { NATS_SERVER, findProgram, programPath } from './debian-package.js';
import { DeploymentError } from './errors.js';
import { userOfCreds } from './nats-accounts.js';
import { externalNats, startNats, type Nats } from './nats.js';
import { openPki } from './pki.js';
import { externalPostgres, startPostgres, type Postgres } from './postgres.js';
import { createLauncher, type ProcessControls, type ProcessLauncher } from './process-launcher.js';
import type { ProvinceSeat } from './province-seat.js';
import { renewOnSchedule } from './renewal.js';
import { startService, type Service } from './service.js';
import { shareProcesses, type SharedService } from './shared-service.js';

/** A country to run. */
export interface CountryOptions {
  /** Folder of everything it must find again; see data-directory.ts. */
  readonly dataPath: string;
  readonly provinces: readonly ProvinceSeat[];
  /** DATABASE_URL and NATS_URL replace the embedded servers; PATH is where nats-server is looked for. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told what happens, one line each. */
  readonly announce: (line: string) => void;
  /** Told when a process ends that nobody asked to end. Nothing is started again by itself. */
  readonly onEnded: (failure: DeploymentError) => void;
  /** Overrides of the hub's environment. */
  readonly hubSettings?: Readonly<Record<string, string>>;
  /** Overrides of every adapter's environment. */
  readonly adapterSettings?: Readonly<Record<string, string>>;
  /**
   * How many processes the adapters share, and how many their local systems; without it each is a process of its own, as in a
   * deployment. A province of a shared process that cannot be started is told to `onEnded`, and the rest is started without it.
   */
  readonly sharedProcesses?: number;
  /** Whether a checkpoint of each province is there, by which the hub probes whom it recognises; default yes. */
  readonly hasCheckpoints?: boolean;
  /** Told how many services of the hub and the provinces are up, of how many. */
  readonly onProgress?: (up: number, all: number) => void;
}

/** A running country. Process names: postgres, nats, hub, adapter-<slug>, local-system-<slug>, checkpoints; where shared, adapters-<n>, local-systems-<n>. */
export interface Country extends ProcessControls {
  readonly addresses: Addresses;
  /**
   * Makes room for a province that joins the running country: a database, and its local system as a process. Returns what its adapter
   * needs besides its membership, as an environment.
   */
  readonly makeRoom: (province: ProvinceSeat) => Promise<Readonly<Record<string, string>>>;
  /**
   * Starts the adapter of a province that has become a member and waits until it is registered.
   * @param settings what it proves itself with: HUB_ADDRESS, HUB_CA_FILE, HUB_CLIENT_CERT_FILE, HUB_CLIENT_KEY_FILE, NATS_URL, NATS_CREDS_FILE, KEY_FILE
   */
  readonly startProvince: (province: ProvinceSeat, settings: Readonly<Record<string, string>>) => Promise<void>;
  /** Starts the checkpoints of a country that was started without. */
  readonly startCheckpoints: () => Promise<void>;
  /** Adds a checkpoint by which the hub probes whom its province recognises; the device of a founding province is replaced. */
  readonly addCheckpoint: (device: ProbeDevice) => Promise<void>;
  /**
   * Takes away the NATS user of a creds file, of the supervisor's for `hub` and a founding province's code; {@link Country.restoreNatsUser}
   * gives it back. @throws DeploymentError SETTING_INVALID for a broker of somebody else
   */
  readonly revokeNatsUser: (partyOrCredsFile: string) => Promise<void>;
  readonly restoreNatsUser: (partyOrCredsFile: string) => Promise<void>;
}

/** A country that is being started or runs, and can be stopped at any moment. */
export interface CountrySupervisor {
  /** Starts everything and waits until everything is ready. @throws DeploymentError */
  readonly start: () => Promise<Country>;
  /** Stops everything that runs, adapters first, within 10 s. */
  readonly stop: () => Promise<void>;
}

/** Last first: who speaks is stopped before whom it speaks to. Patience in milliseconds. */
const STOPPING_STAGES = [
  { names: /^(adapters?-|checkpoints$)/, patience: 2500 },
  { names: /^(hub|local-systems?-)/, patience: 2500 },
  { names: /^nats$/, patience: 1500 },
  { names: /^postgres$/, patience: 3000 },
] as const;

/** Largest number of connections: the pool and the lead of an adapter, the pool of its local system; the hub, and whoever looks. */
const connectionsAtMost = (provinces: number): number => 140 + provinces * (8 + 1 + 4);
/** What a country needs even while nothing happens, measured; with less it would not come up. */
const connectionsAtLeast = (provinces: number): number => 25 + provinces * 5;

/** Where pages are served: phones reach what listens beyond this machine, and nobody does unless it is asked for. */
const webSetting = ({ WEB_ADDRESS = '' }: CountryOptions['environment']): Readonly<Record<string, string>> => (WEB_ADDRESS === '' ? {} : { WEB_ADDRESS });

/** Prepares a country; nothing runs before `start`. */
export function superviseCountry(options: CountryOptions): CountrySupervisor {
  const { announce, environment, provinces, sharedProcesses, hasCheckpoints = true } = options;
  let data: DataDirectory | undefined;
  let stopping = false;
  let stopRenewing = (): void => undefined;

  const bringUpPostgres = async (directory: DataDirectory, { launch }: ProcessLauncher): Promise<Postgres> => {
    const external = environment['DATABASE_URL'];
    if (external === undefined || external === '') return launch('postgres', () => startPostgres(directory, connectionsAtMost(provinces.length)));
    const postgres = externalPostgres(external);
    const [free, needed] = [await postgres.countFreeConnections(), connectionsAtLeast(provinces.length)];
    if (free < needed) {
      throw new DeploymentError('SETTING_INVALID', `the PostgreSQL of DATABASE_URL has ${String(free)} connections left and ${String(provinces.length)} provinces need ${String(needed)} or more: raise its max_connections, run fewer provinces, or leave DATABASE_URL away`);
    }
    return postgres;
  };
  /** The broker, as it was started last. */
  const bringUpNats = async (directory: DataDirectory, { launch }: ProcessLauncher): Promise<() => Nats> => {
    const parties = provinces.map(({ code }) => code);
    const { NATS_URL: url = '', NATS_ACCOUNT_SEED_FILE: accountSeedFile = '', NATS_ACCOUNT: account = '' } = environment;
    if (url !== '') {
      const external = await externalNats({ url, accountSeedFile, ...(account === '' ? {} : { account }) }, directory, parties);
      return () => external;
    }
    const program = await findProgram(NATS_SERVER, { cache: packageCache(), path: programPath(environment['PATH']), announce });
    let latest: Nats | undefined;
    const first = await launch('nats', async () => {
      latest = await startNats(directory, program, parties);
      return latest;
    });
    return () => latest ?? first;
  };

  const start = async (): Promise<Country> => {
    const directory = await openDataDirectory(options.dataPath);
    data = directory;
    removeAddresses(directory.path);
    const launcher = createLauncher(directory, { announce, onEnded: options.onEnded, isStopping: () => stopping });
    const pki = await openPki(directory, provinces.map(({ code }) => code));
    const postgres = await bringUpPostgres(directory, launcher);
    const nats = await bringUpNats(directory, launcher);
    const connections: Connections = { data: directory, postgres, nats: nats(), pki };
    await createDatabases(connections, provinces, sharedProcesses !== undefined);
    const hub = await hubService(connections, provinces, { ...webSetting(environment), ...options.hubSettings });
    const hubAddress = { grpc: hub.env['GRPC_ADDRESS'] ?? '', http: hub.env['HTTP_ADDRESS'] ?? '', web: hub.env['WEB_ADDRESS'] ?? '' };
    const localSystems: Service[] = [];
    const adapters: Service[] = [];
    for (const province of provinces) {
      localSystems.push(await localSystemService(connections, province, ...(sharedProcesses === undefined ? [] : [SHARED_LOCAL_SYSTEMS])));
      adapters.push(await adapterService(connections, province, hubAddress.grpc, options.adapterSettings ?? {}));
    }
    const devices = new Map(provinces.map((province) => [province.code, foundingDevice(connections, province)]));
    const probes = (): Service => probesService(connections, [...devices.values()], hubAddress.grpc);
    let up = 0;
    const all = (hasCheckpoints ? 2 : 1) + localSystems.length + adapters.length;
    const countUp = (): void => {
      up += 1;
      options.onProgress?.(up, all);
    };
    const share = (services: readonly Service[], name: string): readonly (Service | SharedService)[] =>
      sharedProcesses === undefined ? services : shareProcesses(services, sharedProcesses, name, `province-adapter/dist/${name}-main.js`);
    await launcher.launchAll([hub, ...share(localSystems, 'local-systems')], countUp);
    await launcher.launchAll(share(adapters, 'adapters'), countUp);
    // Last: what they ask before an adapter is registered would be measured as broken.
    if (hasCheckpoints) await launcher.launchAll([probes()], countUp);

    const publish = (): Addresses => {
      const bySlug = (services: readonly Service[]): Record<string, string> =>
        Object.fromEntries(services.map(({ env }) => [env['PROVINCE'] ?? '', env['HTTP_ADDRESS'] ?? '']));
      const addresses = { hub: hubAddress, enrolment: hub.env['ENROLMENT_ADDRESS'] ?? '', nats: connections.nats.url, adapters: bySlug(adapters), localSystems: bySlug(localSystems) };
      writeAddresses(directory.path, addresses);
      return addresses;
    };
    let addresses = publish();
    stopRenewing = renewOnSchedule({ pki, nats, restart: launcher.controls.restart, announce });
    const launchOne = async (service: Service, kind: Service[]): Promise<void> => {
      await launcher.launch(service.name, () => startService(service, directory));
      kind.push(service);
      addresses = publish();
    };
    const userOf = (partyOrCredsFile: string): Promise<string> => userOfCreds(partyOrCredsFile.includes('/') ? partyOrCredsFile : nats().credsFile(partyOrCredsFile));
    return {
      get addresses() {
        return addresses;
      },
      ...launcher.controls,
      makeRoom: async (province) => {
        const localSystem = await localSystemService(connections, province);
        const settings = await ownSettings(connections, province);
        if (!localSystems.some(({ env }) => env['PROVINCE'] === province.slug)) await launchOne(localSystem, localSystems);
        return settings;
      },
      startProvince: async (province, settings) => {
        await launchOne(await joinedAdapterService(connections, province, settings), adapters);
      },
      startCheckpoints: async () => {
        await launcher.launchAll([probes()], () => undefined);
      },
      addCheckpoint: async (device) => {
        devices.set(device.province, device);
        // Writes the file that the process reads when it starts.
        await launcher.controls.restart(probes().name);
      },
      revokeNatsUser: async (party) => nats().revokeUser(await userOf(party)),
      restoreNatsUser: async (party) => nats().restoreUser(await userOf(party)),
    };
  };

  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    stopRenewing();
    if (data === undefined) return;
    removeAddresses(data.path);
    for (const { names, patience } of STOPPING_STAGES) {
      await Promise.all(data.children().filter(({ name }) => names.test(name)).map((child) => child.stop(patience)));
    }
    data.release();
  };

  return { start, stop };
}
