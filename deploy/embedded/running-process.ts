import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process told apart from a later one that got the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Its start time, in whatever form the system tells it. */
  readonly started: string;
}

const FIELDS_BEFORE_START_TIME = 19;
const PROBE_EVERY_MS = 25;

function startTimeOf(pid: number): string | undefined {
  try {
    if (!existsSync('/proc/self/stat')) return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // The second field is the program's name and may itself contain spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; only its parent has not been told.
    return fields[0] === 'Z' ? undefined : fields[FIELDS_BEFORE_START_TIME];
  } catch {
    return undefined;
  }
}

/** The identity of process `pid`, when there is one. */
export function findProcess(pid: number): ProcessIdentity | undefined {
  const started = startTimeOf(pid);
  return started === undefined || started === '' ? undefined : { pid, started };
}

/** Whether that very process, not a later one of the same number, is there. */
export function isProcessRunning(identity: ProcessIdentity): boolean {
  return startTimeOf(identity.pid) === identity.started;
}

async function isGoneWithin(identity: ProcessIdentity, patienceMs: number): Promise<boolean> {
  const until = Date.now() + patienceMs;
  while (isProcessRunning(identity)) {
    if (Date.now() > until) return false;
    await delay(PROBE_EVERY_MS);
  }
  return true;
}

/** Ends a process that is not our child (a leftover of a killed run): `signal` first, SIGKILL after `patienceMs`. */
export async function endProcess(identity: ProcessIdentity, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  for (const [next, patience] of [[signal, patienceMs], ['SIGKILL', patienceMs]] as const) {
    if (!isProcessRunning(identity)) return;
    try {
      process.kill(identity.pid, next);
    } catch {
      return;
    }
    if (await isGoneWithin(identity, patience)) return;
  }
}
