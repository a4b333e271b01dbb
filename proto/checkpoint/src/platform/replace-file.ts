import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const UNFINISHED = '.new';

/** Whether a file was being written when its process ended. */
export const isUnfinished = (name: string): boolean => name.endsWith(UNFINISHED);

/** Makes what was renamed in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes a file of mode 0600 in one step: a reader, or a crash, sees the former content or this one. On disk when it resolves.
 * Missing folders are made, for the owner alone.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${randomUUID()}${UNFINISHED}`;
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    // A full disk leaves half a file: it would keep the disk full.
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(folder);
}
