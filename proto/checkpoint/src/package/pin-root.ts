import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { v1 } from '@health-code/messages';
import { CheckpointError } from '../errors.js';
import { replaceFile } from '../platform/replace-file.js';

/** Asks the hub for the root of trust, by the device's certificate. */
export type GetPackageRoot = (request: v1.GetPackageRootRequest.$Properties) => Promise<Pick<v1.GetPackageRootResponse, 'root'>>;

const FILE = 'package-root.json';

/** The root that a device pinned in its folder; undefined where it has none yet. */
export async function findPinnedRoot(folder: string): Promise<Uint8Array | undefined> {
  return readFile(join(folder, FILE)).catch(() => undefined);
}

/** Pins a root. What was pinned stays: from then on only the chain of roots leads on. */
export async function pinRoot(folder: string, root: Uint8Array): Promise<Uint8Array> {
  const pinned = await findPinnedRoot(folder);
  if (pinned !== undefined) return pinned;
  await replaceFile(join(folder, FILE), root);
  return root;
}

/**
 * The root of a device that was enrolled before there was one: asked for once, over a connection that the hub's authority vouches for.
 * @throws CheckpointError CONFIG_INVALID where the hub publishes no package; what the call rejects with
 */
export async function askForRoot(folder: string, getPackageRoot: GetPackageRoot): Promise<Uint8Array> {
  const pinned = await findPinnedRoot(folder);
  if (pinned !== undefined) return pinned;
  const { root } = await getPackageRoot({});
  if (root.length === 0) throw new CheckpointError('CONFIG_INVALID', 'the hub publishes no offline package');
  return pinRoot(folder, root);
}
