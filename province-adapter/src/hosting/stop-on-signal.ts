/** How long a clean end may take; what is unpublished by then waits in the outbox. */
const STOP_TIMEOUT_MS = 20_000;

/** Ends the process cleanly at the first SIGTERM or SIGINT, whatever it is waiting for. `tell` gets a line, and what failed if anything did. */
export function stopOnSignal(stop: () => Promise<void>, tell: (line: string, error?: unknown) => void): void {
  const end = (signal: NodeJS.Signals): void => {
    tell(`stopping: ${signal}`);
    setTimeout(() => {
      tell('stopping took too long', new Error(`not stopped after ${STOP_TIMEOUT_MS} ms`));
      process.exit(1);
    }, STOP_TIMEOUT_MS).unref();
    stop().then(
      () => {
        tell('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        tell('could not stop cleanly', error);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end).once('SIGINT', end);
}
