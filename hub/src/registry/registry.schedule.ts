import type { Logger } from '../platform/logger.js';
import type { RegistryLoader } from './registry-loader.js';

/** How soon a change made through one replica is seen by the others, in milliseconds. */
export const REGISTRY_REFRESH_MS = 2000;

/** Follows what other replicas change. A failed round keeps the last good copy. @returns a function that stops it */
export function followRegistry(loader: RegistryLoader, logger: Logger): () => void {
  const timer = setInterval(() => {
    loader.refresh().catch((error: unknown) => {
      logger.warn({ err: error }, 'registry could not be refreshed; the last good copy stays');
    });
  }, REGISTRY_REFRESH_MS);
  return () => {
    clearInterval(timer);
  };
}
