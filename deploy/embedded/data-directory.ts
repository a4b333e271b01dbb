import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Child } from './child.js';
import { DeploymentError } from './errors.js';
import { findFreePort, releasePort } from './free-port.js';
import { endProcess, findProcess, isProcessRunning, type ProcessIdentity } from './running-process.js';

/** Where one running system keeps what it must find again: secrets, ports, logs, stores. One supervisor at a time. */
export interface DataDirectory {
  readonly path: string;
  /** Path of a file or folder inside. */
  readonly at: (...names: readonly string[]) => string;
  /** Path of a file of mode 0600 below `secrets/`, written from `make` the first time. */
  readonly secretFile: (name: string, make?: () => string) => string;
  /** Replaces a file below `secrets/`, mode 0600, in one step: a reader sees the old text or the new one. Returns its path. */
  readonly writeSecret: (name: string, text: string | Buffer) => string;
  /** The port `name` had before if it is free, else the first free one of `preferred`, else any; remembered. */
  readonly port: (name: string, preferred?: readonly number[]) => Promise<number>;
  /** Remembers a child, so that it can be stopped, and that the next start can end it should this supervisor be killed. */
  readonly remember: (child: Child) => void;
  /** The latest child of each name. */
  readonly children: () => readonly Child[];
  /** Lets the next supervisor in. */
  readonly release: () => void;
}

interface Occupation {
  readonly supervisor: ProcessIdentity;
  readonly children: readonly (ProcessIdentity & { readonly name: string; readonly stopSignal: NodeJS.Signals })[];
}

const OCCUPATION = 'running.json';
const LEFTOVER_PATIENCE_MS = 5000;

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

const readOccupation = (path: string): Occupation | undefined => readJson(join(path, OCCUPATION)) as Occupation | undefined;

/** Replaces a file in one step: a reader, or a crash, sees the old text or the new one. */
function replaceFile(file: string, text: string | Buffer): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The supervisor that runs in `path` now, if any. */
export function findSupervisor(path: string): ProcessIdentity | undefined {
  const occupation = readOccupation(path);
  return occupation !== undefined && isProcessRunning(occupation.supervisor) ? occupation.supervisor : undefined;
}

/** Ends what a killed supervisor left running in `path`. */
export async function endLeftovers(path: string): Promise<readonly string[]> {
  const occupation = readOccupation(path);
  const left = (occupation?.children ?? []).filter(isProcessRunning).reverse();
  for (const child of left) await endProcess(child, child.stopSignal, LEFTOVER_PATIENCE_MS);
  rmSync(join(path, OCCUPATION), { force: true });
  return left.map((child) => child.name);
}

/**
 * Takes the directory `path` for this process, creating it, and ends what an earlier, killed supervisor left running.
 * @throws DeploymentError DIRECTORY_IN_USE
 */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  const root = resolve(path);
  mkdirSync(join(root, 'secrets'), { recursive: true, mode: 0o700 });
  const supervisor = findSupervisor(root);
  if (supervisor !== undefined) {
    throw new DeploymentError('DIRECTORY_IN_USE', `process ${String(supervisor.pid)} already runs the system in ${root}: stop it first`);
  }
  await endLeftovers(root);
  const self = findProcess(process.pid) ?? { pid: process.pid, started: '' };
  const live = new Map<string, Child>();
  const children = new Map<string, Occupation['children'][number]>();
  const write = (): void => {
    replaceFile(join(root, OCCUPATION), JSON.stringify({ supervisor: self, children: [...children.values()] } satisfies Occupation));
  };
  write();
  const portsFile = join(root, 'ports.json');
  const ports = (readJson(portsFile) ?? {}) as Record<string, number>;

  return {
    path: root,
    at: (...names) => join(root, ...names),
    secretFile: (name, make = () => randomBytes(24).toString('base64url')) => {
      const file = join(root, 'secrets', name);
      if (!existsSync(file)) replaceFile(file, make());
      return file;
    },
    writeSecret: (name, text) => {
      const file = join(root, 'secrets', name);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      replaceFile(file, text);
      return file;
    },
    port: async (name, preferred = []) => {
      const before = ports[name];
      const taken = new Set(Object.entries(ports).flatMap(([other, port]) => (other === name ? [] : [port])));
      let port = await findFreePort([...(before === undefined ? [] : [before]), ...preferred].filter((candidate) => !taken.has(candidate)));
      while (taken.has(port)) port = await findFreePort();
      if (port !== before) replaceFile(portsFile, JSON.stringify({ ...ports, [name]: port }, null, 2));
      ports[name] = port;
      return port;
    },
    remember: (child) => {
      live.set(child.name, child);
      const identity = child.pid === undefined ? undefined : findProcess(child.pid);
      if (identity === undefined) return;
      children.set(child.name, { ...identity, name: child.name, stopSignal: child.stopSignal });
      write();
    },
    children: () => [...live.values()],
    release: () => {
      Object.values(ports).forEach(releasePort);
      rmSync(join(root, OCCUPATION), { force: true });
    },
  };
}
