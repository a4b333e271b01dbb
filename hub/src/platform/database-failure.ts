/** PostgreSQL classes 08 (connection), 53 (resources), 57 (operator intervention), and what Node says of a lost socket. */
const CODES = /^(08|53|57)|^(ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_AGAIN)$/;

/** What the driver says, without a code, of a connection that ended under it or that its pool could not open. */
const SENTENCES = /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/;

/** Whether `error`, or what caused it, says that PostgreSQL cannot be reached now, and not that a query was wrong. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, driverError, errors } = error as { code?: unknown; driverError?: unknown; errors?: unknown };
  if (typeof code === 'string' && CODES.test(code)) return true;
  if (SENTENCES.test(error.message)) return true;
  // A host with several addresses fails with an AggregateError of one error each.
  if (Array.isArray(errors) && errors.some(isDatabaseUnavailable)) return true;
  return isDatabaseUnavailable(driverError) || isDatabaseUnavailable(error.cause);
}
