import { pino, type Logger as PinoLogger } from 'pino';

/** What every part of an adapter writes to. Lines hold codes and counts, never a token, a name, a number or a reference. */
export type Logger = PinoLogger;

/**
 * What is logged of an error, and of what caused it. Chosen by name: a driver hangs the parameters of a query on its
 * errors, and those are tokens and references.
 */
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
export function createLogger(level: string, province: string): Logger {
  return pino({ name: 'province-adapter', level, base: { province }, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: describeError } });
}

/** Writes a line to the log, with what failed if anything did. */
export const tellTo = (log: Logger) => (line: string, error?: unknown): void => {
  if (error === undefined) log.info(line);
  else log.error({ err: error }, line);
};
