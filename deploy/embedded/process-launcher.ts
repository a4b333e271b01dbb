import { describeExit, type Child } from './child.js';
import type { DataDirectory } from './data-directory.js';
import { DeploymentError } from './errors.js';
import { startService, type Service } from './service.js';
import { startSharedService, type SharedService } from './shared-service.js';

/** Something that was started, with its process where it is ours. */
export interface Started {
  readonly child?: Child;
}

/** A running process of a country. */
export interface CountryProcess {
  readonly name: string;
  readonly pid: number;
  /** Services it hosts: its own name, or the members of a shared process. */
  readonly services: readonly string[];
}

/** What one may do with the processes of a country, by their names. */
export interface ProcessControls {
  /** The processes that run now. */
  readonly processes: () => readonly CountryProcess[];
  /** Ends one process as a crash would. */
  readonly kill: (name: string) => Promise<void>;
  /** Stops one process in an orderly way. */
  readonly stopOne: (name: string) => Promise<void>;
  /** Starts a process again that was killed or stopped, where it was, and waits until it is ready. */
  readonly restart: (name: string) => Promise<void>;
  /** Suspends a process (SIGSTOP) until {@link ProcessControls.resume}: it is there and does not answer. */
  readonly suspend: (name: string) => void;
  readonly resume: (name: string) => void;
  /** The end of a process's log. */
  readonly logTail: (name: string, lines?: number) => string;
}

/** Starts processes and tells when one ends that nobody asked to end. */
export interface ProcessLauncher {
  /** Starts a process with `starter`, which is kept for a restart. @throws DeploymentError CHILD_ENDED once stopping has begun */
  readonly launch: <T extends Started>(name: string, starter: () => Promise<T>) => Promise<T>;
  /** Starts services at once. @param onReport told of each that is ready or has failed */
  readonly launchAll: (services: readonly (Service | SharedService)[], onReport: () => void) => Promise<void>;
  readonly controls: ProcessControls;
}

/** Who hears of what happens. */
export interface LauncherListeners {
  readonly announce: (line: string) => void;
  readonly onEnded: (failure: DeploymentError) => void;
  readonly isStopping: () => boolean;
}

const ONE_STOP_PATIENCE_MS = 5000;

/** Prepares to start processes in `data`. */
export function createLauncher(data: DataDirectory, { announce, onEnded, isStopping }: LauncherListeners): ProcessLauncher {
  const starters = new Map<string, () => Promise<Started>>();
  const hosted = new Map<string, readonly string[]>();
  const expectedToEnd = new Set<Child>();

  const watch = (child: Child): void => {
    void child.exited.then((exit) => {
      if (isStopping() || expectedToEnd.has(child)) return;
      const log = data.at('logs', `${child.name}.log`);
      const others = hosted.has(child.name) ? ` and with it ${(hosted.get(child.name) ?? []).join(', ')}` : '';
      onEnded(new DeploymentError('CHILD_ENDED', `${child.name} ${describeExit(exit)}${others}; its log is ${log} and ends:\n${child.logTail()}`));
    });
  };
  const launch: ProcessLauncher['launch'] = async (name, starter) => {
    if (isStopping()) throw new DeploymentError('CHILD_ENDED', `${name} was not started: the country is being stopped`);
    starters.set(name, starter);
    const begun = Date.now();
    const started = await starter();
    if (started.child !== undefined) watch(started.child);
    announce(`${name} is ready (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
    return started;
  };
  const launchShared = async (shared: SharedService, onReport: () => void): Promise<void> => {
    hosted.set(shared.name, shared.members.map(({ name }) => name));
    await launch(shared.name, async () => {
      const started = await startSharedService(shared, data, onReport);
      for (const { name, problem } of started.failed) {
        onEnded(new DeploymentError('CHILD_NOT_READY', `${name} could not be started: ${problem}; the log of ${shared.name} is ${data.at('logs', `${shared.name}.log`)}`));
      }
      return started;
    });
  };
  const launchAll: ProcessLauncher['launchAll'] = async (services, onReport) => {
    await Promise.all(
      services.map(async (service) => {
        if ('members' in service) return launchShared(service, onReport);
        await launch(service.name, () => startService(service, data));
        onReport();
      }),
    );
  };

  const get = (name: string): Child => {
    const child = data.children().find((candidate) => candidate.name === name);
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
  const controls: ProcessControls = {
    processes: () =>
      data.children().flatMap(({ name, pid, isRunning }) => (pid === undefined || !isRunning() ? [] : [{ name, pid, services: hosted.get(name) ?? [name] }])),
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
  return { launch, launchAll, controls };
}
