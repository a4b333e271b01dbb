import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** One process of the system and how to run it. */
export interface ChildOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Receives stdout and stderr. */
  readonly logFile: string;
  /** Whom to run as, when this process is root. */
  readonly runAs?: { readonly uid: number; readonly gid: number };
  /** What asks it to end; default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
}

/** How a child ended: an exit code, a signal, or the reason why it never began. */
export type ChildExit = { readonly code: number } | { readonly signal: NodeJS.Signals } | { readonly error: Error };

/** A started process. */
export interface Child {
  readonly name: string;
  readonly pid: number | undefined;
  readonly stopSignal: NodeJS.Signals;
  /** Settles when the process is gone; never rejects. */
  readonly exited: Promise<ChildExit>;
  readonly isRunning: () => boolean;
  /** Asks it to end and, `patienceMs` later, kills it. */
  readonly stop: (patienceMs: number) => Promise<void>;
  /** SIGKILL, as a crash. */
  readonly kill: () => Promise<void>;
  /** The end of its log since it was started. */
  readonly logTail: (lines?: number) => string;
}

const LARGEST_LOG = 5_000_000;
const TAIL_LINES = 12;
const GRACE_FOR_LAST_WORDS_MS = 50;

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file) && statSync(file).size > LARGEST_LOG) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

/** The last `lines` lines after the first `from` bytes of a file. */
function tailOf(file: string, from: number, lines: number): string {
  return readFileSync(file).subarray(from).toString().trimEnd().split('\n').slice(-lines).join('\n');
}

/** One sentence part: how a process ended. */
export function describeExit(exit: ChildExit): string {
  if ('error' in exit) return `could not be started: ${exit.error.message}`;
  return 'signal' in exit ? `was ended by ${exit.signal}` : `ended with exit code ${String(exit.code)}`;
}

/**
 * Starts a process in a process group of its own: a Ctrl-C in the terminal reaches only the supervisor, which then stops the
 * others in order. Its log is a file descriptor, not a pipe, so it outlives the supervisor.
 */
export function startChild(options: ChildOptions): Child {
  const log = openLog(options.logFile);
  const started = statSync(options.logFile).size;
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', log, log],
    ...options.runAs,
  });
  closeSync(log);
  let running = true;
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('error', (error) => {
      running = false;
      resolve({ error });
    });
    child.once('exit', (code, signal) => {
      running = false;
      resolve(signal === null ? { code: code ?? 1 } : { signal });
    });
  });
  const stopSignal = options.stopSignal ?? 'SIGTERM';
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!running) return;
    child.kill(signal);
    await exited;
  };
  return {
    name: options.name,
    pid: child.pid,
    stopSignal,
    exited,
    isRunning: () => running,
    stop: async (patienceMs) => {
      const waiting = new AbortController();
      const patience = delay(patienceMs, undefined, { signal: waiting.signal, ref: false }).catch(() => undefined);
      await Promise.race([end(stopSignal), patience]);
      waiting.abort();
      await end('SIGKILL');
    },
    kill: async () => {
      await end('SIGKILL');
      await delay(GRACE_FOR_LAST_WORDS_MS);
    },
    logTail: (lines = TAIL_LINES) => tailOf(options.logFile, started, lines),
  };
}
