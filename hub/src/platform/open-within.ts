import type { Logger } from './logger.js';

/** Milliseconds. */
export interface Patience {
  readonly totalMs: number;
  readonly pauseMs: number;
}

/** How long the hub waits at its start for what may start beside it. */
export const START_PATIENCE: Patience = { totalMs: 60_000, pauseMs: 1000 };

/**
 * Opens something that may not be there yet: tries again, with a line in the log each time, until the patience is spent.
 * @throws what the last attempt threw
 */
export async function openWithin<T>(patience: Patience, what: string, logger: Pick<Logger, 'warn'>, open: () => Promise<T>): Promise<T> {
  const end = performance.now() + patience.totalMs;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (performance.now() + patience.pauseMs > end) throw error;
      const secondsLeft = Math.ceil((end - performance.now()) / 1000);
      logger.warn({ secondsLeft, reason: reasonOf(error) }, `${what} is not there yet; trying again`);
      await new Promise((resolve) => setTimeout(resolve, patience.pauseMs));
    }
  }
}

/** The innermost cause in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return first === undefined ? error.message : reasonOf(first);
}
