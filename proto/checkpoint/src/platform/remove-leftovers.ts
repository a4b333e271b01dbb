import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Milliseconds after which nobody is at work on it any more. */
const GRACE_MS = 3_600_000;

/**
 * Removes from a folder what processes that were killed left half done: gates lose their power for years, and each time something would stay.
 * What cannot be removed stays for the next time.
 * @param isLeftover by name
 */
export async function removeLeftovers(folder: string, isLeftover: (name: string) => boolean): Promise<void> {
  const before = Date.now() - GRACE_MS;
  for (const name of (await readdir(folder).catch(() => [])).filter(isLeftover)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < before) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
