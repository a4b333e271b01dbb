import { removeAddresses, writeAddresses, type Addresses } from './addresses.js';
import { packageCache } from './checkout.js';
import { describeExit, type Child } from './child.js';
import { adapterService, createDatabases, hubService, localSystemService, SHARED_LOCAL_SYSTEMS, type Connections } from './country-services.js';
import { openDataDirectory, type DataDirectory } from './data-directory.js';
import { NATS_SERVER, findProgram, programPath } from './debian-package.js';
import { DeploymentError } from './errors.js';
import { externalNats, startNats, type Nats } from './nats.js';
import { externalPostgres, startPostgres, type Postgres } from './postgres.js';
import type { ProvinceSeat } from './province-seat.js';
import { startService, type Service } from './service.js';
import { shareProcesses, startSharedService, type SharedService } from './shared-service.js';

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
  /** Told how many services of the hub and the provinces are up, of how many. */
  readonly onProgress?: (up: number, all: number) => void;
}

/** A running process of a country. */
export interface CountryProcess {
  readonly name: string;
  readonly pid: number;
  /** Services it hosts: its own name, or the members of a shared process. */
  readonly services: readonly string[];
}

/** A running country. Process names: postgres, nats, hub, adapter-<slug>, local-system-<slug>; where shared, adapters-<n>, local-systems-<n>. */
export interface Country {
  readonly addresses: Addresses;
  /** The processes that run now. */
  readonly processes: () => readonly CountryProcess[];
  /** Ends one process as a crash would. */
  readonly kill: (name: string) => Promise<void>;
  /** Stops one process in an orderly way. */
  readonly stopOne: (name: string) => Promise<void>;
  /** Starts a process again that was killed or stopped, where it was, and waits until it is ready. */
  readonly restart: (name: string) => Promise<void>;
  /** Suspends a process (SIGSTOP) until {@link Country.resume}: it is there and does not answer. */
  readonly suspend: (name: string) => void;
  readonly resume: (name: string) => void;
  /** The end of a process's log. */
  readonly logTail: (name: string, lines?: number) => string;
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
  { names: /^adapters?-/, patience: 2500 },
  { names: /^(hub|local-systems?-)/, patience: 2500 },
  { names: /^nats$/, patience: 1500 },
  { names: /^postgres$/, patience: 3000 },
] as const;
const ONE_STOP_PATIENCE_MS = 5000;

/** Largest number of connections: the pool and the lead of an adapter, the pool of its local system; the hub, and whoever looks. */
const connectionsAtMost = (provinces: number): number => 140 + provinces * (8 + 1 + 4);
/** What a country needs even while nothing happens, measured; with less it would not come up. */
const connectionsAtLeast = (provinces: number): number => 25 + provinces * 5;

/** Something that was started, with its process where it is ours. */
interface Started {
  readonly child?: Child;
}

/** Prepares a country; nothing runs before `start`. */
export function superviseCountry(options: CountryOptions): CountrySupervisor {
  const { announce, environment, provinces } = options;
  const starters = new Map<string, () => Promise<Started>>();
  const hosted = new Map<string, readonly string[]>();
  const expectedToEnd = new Set<Child>();
  let data: DataDirectory | undefined;
  let stopping = false;

  const watch = (child: Child): void => {
    void child.exited.then((exit) => {
      if (stopping || expectedToEnd.has(child)) return;
      const log = data?.at('logs', `${child.name}.log`) ?? '';
      const others = hosted.has(child.name) ? ` and with it ${(hosted.get(child.name) ?? []).join(', ')}` : '';
      options.onEnded(new DeploymentError('CHILD_ENDED', `${child.name} ${describeExit(exit)}${others}; its log is ${log} and ends:\n${child.logTail()}`));
    });
  };
  const launch = async <T extends Started>(name: string, starter: () => Promise<T>): Promise<T> => {
    if (stopping) throw new DeploymentError('CHILD_ENDED', `${name} was not started: the country is being stopped`);
    starters.set(name, starter);
    const begun = Date.now();
    const started = await starter();
    if (started.child !== undefined) watch(started.child);
    announce(`${name} is ready (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
    return started;
  };
  const launchShared = async (shared: SharedService, directory: DataDirectory, onReport: () => void): Promise<void> => {
    hosted.set(shared.name, shared.members.map(({ name }) => name));
    await launch(shared.name, async () => {
      const started = await startSharedService(shared, directory, onReport);
      for (const { name, problem } of started.failed) {
        options.onEnded(new DeploymentError('CHILD_NOT_READY', `${name} could not be started: ${problem}; the log of ${shared.name} is ${directory.at('logs', `${shared.name}.log`)}`));
      }
      return started;
    });
  };
  const launchAll = (services: readonly (Service | SharedService)[], directory: DataDirectory, onReport: () => void): Promise<unknown> =>
    Promise.all(
      services.map(async (service) => {
        if ('members' in service) return launchShared(service, directory, onReport);
        await launch(service.name, () => startService(service, directory));
        onReport();
      }),
    );

  const bringUpPostgres = async (directory: DataDirectory): Promise<Postgres> => {
    const external = environment['DATABASE_URL'];
    if (external === undefined || external === '') return launch('postgres', () => startPostgres(directory, connectionsAtMost(provinces.length)));
    const postgres = externalPostgres(external);
    const [free, needed] = [await postgres.countFreeConnections(), connectionsAtLeast(provinces.length)];
    if (free < needed) {
      throw new DeploymentError('SETTING_INVALID', `the PostgreSQL of DATABASE_URL has ${String(free)} connections left and ${String(provinces.length)} provinces need ${String(needed)} or more: raise its max_connections, run fewer provinces, or leave DATABASE_URL away`);
    }
    return postgres;
  };
  const bringUpNats = async (directory: DataDirectory): Promise<Nats> => {
    const parties = provinces.map(({ code }) => code);
    const { NATS_URL: url = '', NATS_ACCOUNT_SEED_FILE: accountSeedFile = '', NATS_ACCOUNT: account = '' } = environment;
    if (url !== '') return externalNats({ url, accountSeedFile, ...(account === '' ? {} : { account }) }, directory, parties);
    const program = await findProgram(NATS_SERVER, { cache: packageCache(), path: programPath(environment['PATH']), announce });
    return launch('nats', () => startNats(directory, program, parties));
  };

  const start = async (): Promise<Country> => {
    const directory = await openDataDirectory(options.dataPath);
    data = directory;
    removeAddresses(directory.path);
    const postgres = await bringUpPostgres(directory);
    const connections: Connections = { data: directory, postgres, nats: await bringUpNats(directory) };
    const { sharedProcesses } = options;
    await createDatabases(connections, provinces, sharedProcesses !== undefined);
    const hub = await hubService(connections, provinces, options.hubSettings ?? {});
    const hubAddress = { grpc: hub.env['GRPC_ADDRESS'] ?? '', http: hub.env['HTTP_ADDRESS'] ?? '' };
    const localSystems: Service[] = [];
    const adapters: Service[] = [];
    for (const province of provinces) {
      localSystems.push(await localSystemService(connections, province, ...(sharedProcesses === undefined ? [] : [SHARED_LOCAL_SYSTEMS])));
      adapters.push(await adapterService(connections, province, hubAddress.grpc, options.adapterSettings ?? {}));
    }
    let up = 0;
    const all = 1 + localSystems.length + adapters.length;
    const countUp = (): void => {
      up += 1;
      options.onProgress?.(up, all);
    };
    const share = (services: readonly Service[], name: string): readonly (Service | SharedService)[] =>
      sharedProcesses === undefined ? services : shareProcesses(services, sharedProcesses, name, `province-adapter/dist/${name}-main.js`);
    await launchAll([hub, ...share(localSystems, 'local-systems')], directory, countUp);
    await launchAll(share(adapters, 'adapters'), directory, countUp);
    const bySlug = (services: readonly Service[]): Record<string, string> =>
      Object.fromEntries(services.map(({ env }) => [env['PROVINCE'] ?? '', env['HTTP_ADDRESS'] ?? '']));
    const addresses: Addresses = { hub: hubAddress, nats: connections.nats.url, adapters: bySlug(adapters), localSystems: bySlug(localSystems) };
    writeAddresses(directory.path, addresses);
    return { addresses, ...controls(directory) };
  };

  const controls = (directory: DataDirectory): Omit<Country, 'addresses'> => {
    const get = (name: string): Child => {
      const child = directory.children().find((candidate) => candidate.name === name);
      if (child === undefined) throw new DeploymentError('CHILD_ENDED', `no process is named ${name}`);
      return child;
    };
    const ending = (name: string): Child => {
      const child = get(name);
      expectedToEnd.add(child);
      return child;
    };
    const signal = (name: string, which: NodeJS.Signals): void => {
      const { pid } = get(name);
      if (pid !== undefined) process.kill(pid, which);
    };
    return {
      processes: () =>
        directory.children().flatMap(({ name, pid, isRunning }) => (pid === undefined || !isRunning() ? [] : [{ name, pid, services: hosted.get(name) ?? [name] }])),
      kill: (name) => ending(name).kill(),
      stopOne: (name) => ending(name).stop(ONE_STOP_PATIENCE_MS),
      restart: async (name) => {
        await ending(name).stop(ONE_STOP_PATIENCE_MS);
        const starter = starters.get(name);
        if (starter !== undefined) await launch(name, starter);
      },
      suspend: (name) => {
        signal(name, 'SIGSTOP');
      },
      resume: (name) => {
        signal(name, 'SIGCONT');
      },
      logTail: (name, lines) => get(name).logTail(lines),
    };
  };

  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    if (data === undefined) return;
    removeAddresses(data.path);
    for (const { names, patience } of STOPPING_STAGES) {
      await Promise.all(data.children().filter(({ name }) => names.test(name)).map((child) => child.stop(patience)));
    }
    data.release();
  };

  return { start, stop };
}
