import { setTimeout as delay } from 'node:timers/promises';

const EVERY_MS = 50;
const PATIENCE_MS = 20_000;

/** Asks again until `isTrue`, an error counting as no; false when that took too long, or `stop` was aborted. */
export async function persistUntil(isTrue: () => Promise<boolean>, stop: AbortSignal, patienceMs = PATIENCE_MS): Promise<boolean> {
  const until = performance.now() + patienceMs;
  while (!stop.aborted && performance.now() < until) {
    if (await isTrue().catch(() => false)) return true;
    await delay(EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
  }
  return false;
}
