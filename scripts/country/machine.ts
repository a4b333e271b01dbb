import { availableParallelism, freemem } from 'node:os';

/** What an adapter and a local system with processes of their own take at most, in bytes. */
const BYTES_A_PROCESS = 160 * 2 ** 20;
/** Of the free memory, for these processes; the rest is for PostgreSQL, NATS, the hub and whoever else is here. */
const SHARE_OF_MEMORY = 0.5;

/**
 * How many processes the adapters share, and as many for the local systems: no more than run at once beside PostgreSQL, NATS and
 * the hub, since more take memory and time to start and answer no sooner.
 */
export function chooseProcesses(provinces: number, processors = availableParallelism(), freeBytes = freemem()): number {
  const byMemory = Math.floor((freeBytes * SHARE_OF_MEMORY) / (2 * BYTES_A_PROCESS));
  return Math.max(1, Math.min(provinces, Math.floor(processors / 2), byMemory));
}
