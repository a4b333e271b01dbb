import { setTimeout as delay } from 'node:timers/promises';
import type { RunningLocalSystem } from './local-system.js';

/** How often a local system looks for what fell due, in milliseconds. */
const INTERVAL_MS = 500;

/** Failures alike: of one code of the database or the network, or else of one class and text. */
const kindOf = (cause: unknown): string => {
  const { code } = Object(cause) as { readonly code?: unknown };
  return typeof code === 'string' ? code : String(cause);
};

/**
 * Has a local system settle what falls due by the clock alone, at once and then until stopped.
 *
 * @param tell hears of a round that failed, of each kind of failure once
 * @returns how to stop; resolves when nothing is under way any more
 */
export function startDueCheck(
  settleDue: NonNullable<RunningLocalSystem['settleDue']>,
  tell: (message: string, cause: unknown) => void,
): () => Promise<void> {
  const stop = new AbortController();
  const told = new Set<string>();
  const settle = async (): Promise<void> => {
    try {
      await settleDue();
    } catch (cause) {
      // It ends the round, not the process: what fell due stays due.
      if (!told.has(kindOf(cause))) tell('what fell due could not be settled; it is tried again:', cause);
      told.add(kindOf(cause));
    }
  };
  const check = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await settle();
      await delay(INTERVAL_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  };
  const checking = check();
  return async () => {
    stop.abort();
    await checking;
  };
}
