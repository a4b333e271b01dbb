import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkoutDirectory } from './checkout.js';
import { describeExit, startChild, type Child } from './child.js';
import type { DataDirectory } from './data-directory.js';
import { DeploymentError } from './errors.js';

/** One process of ours: a compiled entry point and the environment it is configured by. */
export interface Service {
  readonly name: string;
  /** Compiled file, relative to the checkout. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  /** Arguments of node itself. */
  readonly nodeArguments?: readonly string[];
}

/** What a service writes to READY_FILE. */
export interface ReadyReport {
  readonly pid: number;
  /** Why it is not ready and will not be, where its process runs on for others. */
  readonly failed?: string;
  /** `host:port`. */
  readonly grpc?: string;
  /** `host:port`. */
  readonly http?: string;
}

/** A service that said it is ready. */
export interface RunningService {
  readonly child: Child;
  readonly ready: ReadyReport;
}

const READY_WITHIN_MS = 60_000;
const PROBE_EVERY_MS = 25;

/** A place for the READY_FILE of service `name`, with no report in it. */
export function emptyReadyFile(data: DataDirectory, name: string): string {
  const file = data.at('ready', `${name}.json`);
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { force: true });
  return file;
}

/** What the process `pid` reported in a READY_FILE; absent until it did. */
export function readReport(file: string, pid: number | undefined): ReadyReport | undefined {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as ReadyReport;
    return report.pid === pid ? report : undefined;
  } catch {
    return undefined;
  }
}

/** Starts a compiled entry point as a process of node. */
export function startNode(service: Service, args: readonly string[], data: DataDirectory): Child {
  const child = startChild({
    name: service.name,
    command: process.execPath,
    args: ['--enable-source-maps', ...(service.nodeArguments ?? []), join(checkoutDirectory(), service.entry), ...args],
    env: { PATH: '/usr/bin:/bin', NODE_ENV: 'production', ...service.env },
    cwd: data.path,
    logFile: data.at('logs', `${service.name}.log`),
  });
  data.remember(child);
  return child;
}

/**
 * Waits until `find` finds what a child was started for.
 * @throws DeploymentError CHILD_ENDED, CHILD_NOT_READY with the end of its log
 */
export async function waitForChild<T>(child: Child, find: () => T | undefined, patienceMs = READY_WITHIN_MS): Promise<T> {
  const until = Date.now() + patienceMs;
  while (child.isRunning() && Date.now() < until) {
    const found = find();
    if (found !== undefined) return found;
    await delay(PROBE_EVERY_MS);
  }
  if (child.isRunning()) {
    await child.stop(1000);
    throw new DeploymentError('CHILD_NOT_READY', `${child.name} was not ready after ${String(patienceMs / 1000)} s; the end of its log:\n${child.logTail()}`);
  }
  throw new DeploymentError('CHILD_ENDED', `${child.name} ${describeExit(await child.exited)} before it was ready; the end of its log:\n${child.logTail()}`);
}

/**
 * Starts a service and waits until it says that it is ready.
 * @throws DeploymentError CHILD_ENDED, CHILD_NOT_READY with the end of its log
 */
export async function startService(service: Service, data: DataDirectory): Promise<RunningService> {
  const readyFile = emptyReadyFile(data, service.name);
  const child = startNode({ ...service, env: { ...service.env, READY_FILE: readyFile } }, [], data);
  return { child, ready: await waitForChild(child, () => readReport(readyFile, child.pid)) };
}
