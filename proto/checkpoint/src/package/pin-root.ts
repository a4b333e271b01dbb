import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { v1 } from '@health-code/messages';
import { CheckpointError } from '../errors.js';
import { replaceFile } from '../platform/replace-file.js';

/** Asks the hub for the root of trust, by the device's certificate. */
export type GetPackageRoot = (request: v1.GetPackageRootRequest.$Properties) => Promise<Pick<v1.GetPackageRootResponse, 'root'>>;

const FILE = 'package-root.json';

/**
 * The root that a device pinned in its folder; undefined where it has none yet.
 * @throws CheckpointError CONFIG_INVALID where it has one that cannot be read: whoever was asked now could be another
 */
export async function findPinnedRoot(folder: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(join(folder, FILE));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CheckpointError('CONFIG_INVALID', 'the root of trust that was pinned cannot be read', { cause });
  }
}

/** Pins a root. What was pinned stays: from then on only the chain of roots leads on. @throws CheckpointError as {@link findPinnedRoot} */
export async function pinRoot(folder: string, root: Uint8Array): Promise<Uint8Array> {
  const pinned = await findPinnedRoot(folder);
  if (pinned !== undefined) return pinned;
  await replaceFile(join(folder, FILE), root);
  return root;
}

/**
 * The root of a device that was enrolled before there was one: asked for once, over a connection that the hub's authority vouches for.
 * @throws CheckpointError CONFIG_INVALID where the hub publishes no package, or what was pinned cannot be read; what the call rejects with
 */
export async function askForRoot(folder: string, getPackageRoot: GetPackageRoot): Promise<Uint8Array> {
  const pinned = await findPinnedRoot(folder);
  if (pinned !== undefined) return pinned;
  const { root } = await getPackageRoot({});
  if (root.length === 0) throw new CheckpointError('CONFIG_INVALID', 'the hub publishes no offline package');
  return pinRoot(folder, root);
}
