import { pino, type Logger as PinoLogger } from 'pino';

/** What every part writes to. Lines hold codes and counts, never a token, a name or a number. */
export type Logger = Pick<PinoLogger, 'info' | 'warn' | 'error'>;

/** What is logged of an error, and of what caused it: by name, whatever else hangs on it. */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as { readonly code?: unknown };
  return {
    type: error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** A logger that writes JSON lines to standard output. `level` is one of pino's, or `silent`. */
export function createLogger(level: string): Logger {
  return pino({ name: 'checkpoint', level, base: {}, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: describeError } });
}
