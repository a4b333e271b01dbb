import { pino, type Logger as PinoLogger } from 'pino';

/** What every part of the hub writes to. Log lines hold codes, provinces and counts, never a token, a name or a reference. */
export type Logger = PinoLogger;

/** A logger that writes JSON lines to standard output. `level` is one of pino's, or `silent`. */
export function createLogger(level: string): Logger {
  return pino({ name: 'hub', level, timestamp: pino.stdTimeFunctions.isoTime });
}
