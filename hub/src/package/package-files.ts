import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HubError } from '../errors.js';
import type { PackageConfig } from './package-config.js';
import { parsePackageKey, type PackageKey } from './package-key.js';
import { verifyRootChain, type RootChain } from './package-root.js';

/** What a version is signed with, and the chain of roots that names it. */
export interface SigningMaterial {
  readonly key: PackageKey;
  readonly roots: RootChain;
}

/** More roots than an operator makes in the life of a country; a folder that holds more is another one. */
const MOST_ROOTS = 10_000;

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new HubError('CONFIG_INVALID', 'PACKAGE_ROOT_DIR cannot be read', { cause: error });
  }
}

function readRoots(folder: string): readonly Buffer[] {
  const files: Buffer[] = [];
  for (let version = 1; version <= MOST_ROOTS; version += 1) {
    const file = readIfThere(join(folder, `${String(version)}.root.json`));
    if (file === undefined) break;
    files.push(file);
  }
  return files;
}

function readKey(path: string): PackageKey {
  let pem: Buffer;
  try {
    // Whoever else reads it can publish in the hub's name.
    if ((statSync(path).mode & 0o077) !== 0) throw new HubError('CONFIG_INVALID', 'PACKAGE_KEY_FILE can be read by others: it needs mode 0600');
    pem = readFileSync(path);
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw new HubError('CONFIG_INVALID', 'PACKAGE_KEY_FILE cannot be read', { cause: error });
  }
  return parsePackageKey(pem);
}

/**
 * Reads and verifies the files of the package's signatures. `now` in seconds since the epoch.
 * @throws HubError CONFIG_INVALID
 */
export function readSigningMaterial({ rootDir, keyFile }: Pick<PackageConfig, 'rootDir' | 'keyFile'>, now: number, environment: 'production' | 'development'): SigningMaterial {
  const key = readKey(keyFile);
  return { key, roots: verifyRootChain(readRoots(rootDir), key.keyId, now, environment) };
}
