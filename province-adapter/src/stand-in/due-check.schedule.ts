import { setTimeout as delay } from 'node:timers/promises';
import type { RunningLocalSystem } from './local-system.js';

/** How often a local system looks for what fell due, in milliseconds. */
const INTERVAL_MS = 500;

/**
 * Has a local system settle what falls due by the clock alone, at once and then until stopped.
 *
 * @returns how to stop; resolves when nothing is under way any more
 */
export function startDueCheck(settleDue: NonNullable<RunningLocalSystem['settleDue']>): () => Promise<void> {
  const stop = new AbortController();
  const check = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      // A database that is away ends the round, not the process: what fell due stays due.
      await settleDue().catch(() => undefined);
      await delay(INTERVAL_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const checking = check();
  return async () => {
    stop.abort();
    await checking;
  };
}
