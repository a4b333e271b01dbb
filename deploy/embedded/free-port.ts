import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that Linux and macOS hand to outgoing connections, so that none of those takes it before its server does. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** Whether a server could listen on `port` of 127.0.0.1 now. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => {
      resolve(false);
    });
    probe.listen(port, '127.0.0.1', () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}

/** A free port of 127.0.0.1: the first of `preferred` that is free, else any from 20000 to 32000. */
export async function findFreePort(preferred: readonly number[] = [], pick = (): number => randomInt(LOWEST, HIGHEST)): Promise<number> {
  for (const port of preferred) {
    if (await isPortFree(port)) return port;
  }
  for (;;) {
    const port = pick();
    if (await isPortFree(port)) return port;
  }
}
