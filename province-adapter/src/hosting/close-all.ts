/**
 * Closes what was opened, the last first, and goes on past what cannot be closed: one connection that fails must not keep the others
 * open, nor the lock that another instance waits for.
 *
 * @throws AggregateError of what could not be closed
 */
export async function closeAll(opened: readonly (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of opened.toReversed()) {
    try {
      await close();
    } catch (cause) {
      failures.push(cause);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} of ${opened.length} could not be closed`);
}
