import type { Logger } from '../platform/logger.js';

/** How soon a change made through one replica is seen by the others, in milliseconds. */
export const REGISTRY_REFRESH_MS = 2000;

/**
 * Follows what other replicas change. A failed round keeps the last good copy, and is logged once until one succeeds.
 * @returns a function that stops it and resolves when the round under way is over
 */
export function followRegistry(loader: { refresh(): Promise<void> }, logger: Pick<Logger, 'info' | 'warn'>): () => Promise<void> {
  let isFailing = false;
  let isRunning = false;
  let turn = Promise.resolve();
  const round = async (): Promise<void> => {
    try {
      await loader.refresh();
      if (isFailing) logger.info('registry is refreshed again');
      isFailing = false;
    } catch (error) {
      if (!isFailing) logger.warn({ err: error }, 'registry cannot be refreshed; the last good copy stays');
      isFailing = true;
    } finally {
      isRunning = false;
    }
  };
  const timer = setInterval(() => {
    // A database that hangs is asked once, not once more every two seconds.
    if (isRunning) return;
    isRunning = true;
    turn = round();
  }, REGISTRY_REFRESH_MS);
  return async () => {
    clearInterval(timer);
    await turn;
  };
}
