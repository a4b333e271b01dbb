import { removeAddresses, writeAddresses, type Addresses } from './addresses.js';
import { packageCache } from './checkout.js';
import { describeExit, type Child } from './child.js';
import { adapterService, hubService, localSystemService, type Connections } from './country-services.js';
import { openDataDirectory, type DataDirectory } from './data-directory.js';
import { NATS_SERVER, findProgram, programPath } from './debian-package.js';
import { DeploymentError } from './errors.js';
import { externalNats, startNats, type Nats } from './nats.js';
import { externalPostgres, startPostgres, type Postgres } from './postgres.js';
import type { ProvinceSeat } from './province-seat.js';
import { startService, type Service } from './service.js';

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
}

/** A running country. Process names: postgres, nats, hub, adapter-<slug>, local-system-<slug>. */
export interface Country {
  readonly addresses: Addresses;
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
  { names: /^adapter-/, patience: 2500 },
  { names: /^(hub|local-system-)/, patience: 2500 },
  { names: /^nats$/, patience: 1500 },
  { names: /^postgres$/, patience: 3000 },
] as const;
const ONE_STOP_PATIENCE_MS = 5000;

/** Something that was started, with its process where it is ours. */
interface Started {
  readonly child?: Child;
}

/** Prepares a country; nothing runs before `start`. */
export function superviseCountry(options: CountryOptions): CountrySupervisor {
  const { announce, environment, provinces } = options;
  const starters = new Map<string, () => Promise<Started>>();
  const expectedToEnd = new Set<Child>();
  let data: DataDirectory | undefined;
  let stopping = false;

  const watch = (child: Child): void => {
    void child.exited.then((exit) => {
      if (stopping || expectedToEnd.has(child)) return;
      const log = data?.at('logs', `${child.name}.log`) ?? '';
      options.onEnded(new DeploymentError('CHILD_ENDED', `${child.name} ${describeExit(exit)}; its log is ${log} and ends:\n${child.logTail()}`));
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
  const launchAll = (services: readonly Service[], directory: DataDirectory): Promise<unknown> =>
    Promise.all(services.map((service) => launch(service.name, () => startService(service, directory))));

  const bringUpPostgres = async (directory: DataDirectory): Promise<Postgres> => {
    const external = environment['DATABASE_URL'];
    if (external !== undefined && external !== '') return externalPostgres(external);
    return launch('postgres', () => startPostgres(directory));
  };
  const bringUpNats = async (directory: DataDirectory): Promise<Nats> => {
    const external = environment['NATS_URL'];
    if (external !== undefined && external !== '') return externalNats(external, directory);
    const program = await findProgram(NATS_SERVER, { cache: packageCache(), path: programPath(environment['PATH']), announce });
    return launch('nats', () => startNats(directory, program, provinces.map(({ code }) => code)));
  };

  const start = async (): Promise<Country> => {
    const directory = await openDataDirectory(options.dataPath);
    data = directory;
    removeAddresses(directory.path);
    const postgres = await bringUpPostgres(directory);
    const connections: Connections = { data: directory, postgres, nats: await bringUpNats(directory) };
    const hub = await hubService(connections, provinces, options.hubSettings ?? {});
    const hubAddress = { grpc: hub.env['GRPC_ADDRESS'] ?? '', http: hub.env['HTTP_ADDRESS'] ?? '' };
    const localSystems: Service[] = [];
    const adapters: Service[] = [];
    for (const province of provinces) {
      localSystems.push(await localSystemService(connections, province));
      adapters.push(await adapterService(connections, province, hubAddress.grpc, options.adapterSettings ?? {}));
    }
    await launchAll([hub, ...localSystems], directory);
    await launchAll(adapters, directory);
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
