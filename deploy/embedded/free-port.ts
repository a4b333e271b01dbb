import { randomInt } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProcess, isProcessRunning, type ProcessIdentity } from './running-process.js';

/** Below the ports that Linux and macOS hand to outgoing connections, so that none of those takes it before its server does. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** Whether a server could listen on `port` of 127.0.0.1 now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => {
      resolve(false);
    });
    probe.listen(port, '127.0.0.1', () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}

/** Every account's supervisors meet here; a file is named by a port and says which process is about to use it. */
const CLAIMS = join(tmpdir(), 'health-code-recognition-ports');
/** Everyone may add, nobody may remove what another added. */
const CLAIMS_MODE = 0o1777;

function claimant(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

function writeClaim(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify(findProcess(process.pid)), { flag: 'wx', mode: 0o644 });
    return true;
  } catch {
    return false;
  }
}

/** Between finding a port free and listening on it lie seconds, in which another checkout's start would find it free too. */
function claimPort(port: number): boolean {
  try {
    mkdirSync(CLAIMS);
    chmodSync(CLAIMS, CLAIMS_MODE);
  } catch {
    // Exists.
  }
  const file = join(CLAIMS, String(port));
  if (writeClaim(file)) return true;
  const holder = claimant(file);
  if (holder !== undefined && (holder.pid === process.pid || isProcessRunning(holder))) return holder.pid === process.pid;
  try {
    rmSync(file);
  } catch {
    // Another account's: left to that account.
    return false;
  }
  return writeClaim(file);
}

/** Gives a port of {@link findFreePort} back. */
export function releasePort(port: number): void {
  const file = join(CLAIMS, String(port));
  if (claimant(file)?.pid === process.pid) rmSync(file, { force: true });
}

/**
 * A port of 127.0.0.1 that is free and that no other supervisor of this machine is about to use: the first such of `preferred`,
 * else any from 20000 to 32000. Claimed for this process until {@link releasePort} or its end.
 */
export async function findFreePort(preferred: readonly number[] = [], pick = (): number => randomInt(LOWEST, HIGHEST)): Promise<number> {
  for (const port of preferred) {
    if ((await isPortFree(port)) && claimPort(port)) return port;
  }
  for (;;) {
    const port = pick();
    if ((await isPortFree(port)) && claimPort(port)) return port;
  }
}
