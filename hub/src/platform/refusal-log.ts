import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { RateLimiter } from 'limiter';
import { REFUSED_CALLERS, type RefusedCaller } from '../identity/guard.js';
import { FAULTS, type Fault } from './grpc-handlers.js';
import type { Logger } from './logger.js';

/** Lines about refused callers in one second. Whoever is refused a thousand times a second is not to fill a disk. */
const LINES_PER_SECOND = 10;

/** Logs calls that failed by a fault of the hub, and callers whom the guard refused. @returns what ends it */
export function logRefusals(logger: Logger): () => void {
  const lines = new RateLimiter({ tokensPerInterval: LINES_PER_SECOND, interval: 'second' });
  let unsaid = 0;
  const logFault = (message: unknown): void => {
    const { method, error } = message as Fault;
    logger.error({ method, err: error }, 'a call failed by a fault of the hub');
  };
  const logRefused = (message: unknown): void => {
    if (!lines.tryRemoveTokens(1)) {
      unsaid += 1;
      return;
    }
    const { code, path, id, why } = message as RefusedCaller;
    // A certificate that our own authority gave a role it may not give is the first sign that its key is in other hands.
    logger.warn({ code, method: path, caller: id, ...(why === undefined ? {} : { why }), ...(unsaid === 0 ? {} : { unsaid }) }, 'a caller was refused');
    unsaid = 0;
  };
  subscribe(FAULTS, logFault);
  subscribe(REFUSED_CALLERS, logRefused);
  return () => {
    unsubscribe(FAULTS, logFault);
    unsubscribe(REFUSED_CALLERS, logRefused);
  };
}
