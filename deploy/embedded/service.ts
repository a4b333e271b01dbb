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

function readReport(file: string, pid: number | undefined): ReadyReport | undefined {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as ReadyReport;
    return report.pid === pid ? report : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Starts a service and waits until it says that it is ready.
 * @throws DeploymentError CHILD_ENDED, CHILD_NOT_READY with the end of its log
 */
export async function startService(service: Service, data: DataDirectory): Promise<RunningService> {
  const readyFile = data.at('ready', `${service.name}.json`);
  mkdirSync(dirname(readyFile), { recursive: true });
  rmSync(readyFile, { force: true });
  const child = startChild({
    name: service.name,
    command: process.execPath,
    args: ['--enable-source-maps', ...(service.nodeArguments ?? []), join(checkoutDirectory(), service.entry)],
    env: { PATH: '/usr/bin:/bin', NODE_ENV: 'production', ...service.env, READY_FILE: readyFile },
    cwd: data.path,
    logFile: data.at('logs', `${service.name}.log`),
  });
  data.remember(child);
  const until = Date.now() + READY_WITHIN_MS;
  while (child.isRunning() && Date.now() < until) {
    const ready = readReport(readyFile, child.pid);
    if (ready !== undefined) return { child, ready };
    await delay(PROBE_EVERY_MS);
  }
  if (child.isRunning()) {
    await child.stop(1000);
    throw new DeploymentError('CHILD_NOT_READY', `${service.name} was not ready after ${String(READY_WITHIN_MS / 1000)} s; the end of its log:\n${child.logTail()}`);
  }
  throw new DeploymentError('CHILD_ENDED', `${service.name} ${describeExit(await child.exited)} before it was ready; the end of its log:\n${child.logTail()}`);
}
