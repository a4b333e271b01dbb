import { readFileSync } from 'node:fs';
import type { CountryProcess } from '../../deploy/embedded/process-launcher.js';

const KIB = 1024;

/** What a process holds in memory now, in bytes; absent where the system does not say so in `/proc`. */
export function findResidentBytes(pid: number): number | undefined {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
    return found === null ? undefined : Number(found[1]) * KIB;
  } catch {
    return undefined;
  }
}

/** Mean over all adapters of what their processes hold, shared ones divided, in bytes; absent where the system does not say. */
export function findBytesPerAdapter(processes: readonly CountryProcess[]): number | undefined {
  const adapters = processes.filter(({ name }) => /^adapters?-/.test(name));
  const bytes = adapters.map(({ pid }) => findResidentBytes(pid));
  if (bytes.length === 0 || bytes.includes(undefined)) return undefined;
  const sum = bytes.reduce<number>((total, of) => total + (of ?? 0), 0);
  return sum / adapters.reduce((count, { services }) => count + services.length, 0);
}
