import { pino, type Logger as PinoLogger } from 'pino';

/** What every part of an adapter writes to. Lines hold codes and counts, never a token, a name, a number or a reference. */
export type Logger = PinoLogger;

/** A logger that writes JSON lines to standard output. `level` is one of pino's, or `silent`. */
export function createLogger(level: string, province: string): Logger {
  return pino({ name: 'province-adapter', level, base: { province }, timestamp: pino.stdTimeFunctions.isoTime });
}
