import { createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DataDirectory } from './data-directory.js';
import { makePackageKey, packageKeyId, parsePackageKey, readPackageRoot, signPackageRoot } from './package-root.js';

/** Files below the folder of secrets. */
export const DEVELOPMENT_ROOT_FOLDER = 'package';

/** Where the hub of this machine finds what it signs the offline package with. */
export interface DevelopmentRoot {
  readonly rootDir: string;
  readonly keyFile: string;
  /** Keys of the root, kept on this machine as nobody would in production. */
  readonly rootKeyFiles: readonly string[];
}

const FOLDER = DEVELOPMENT_ROOT_FOLDER;
const DAY_MS = 24 * 60 * 60 * 1000;
const LIFETIME_MS = 365 * DAY_MS;
/** Less of its time than this part, and a root is followed by another. */
const RENEW_BELOW = 1 / 3;
/** Two keys, of which one has to sign: a lost one can be replaced. */
const ROOT_KEYS = ['root-1', 'root-2'] as const;

/** The root of trust of the offline package, made for development: kept, and followed by another where its time comes or the hub has another key. */
export function openDevelopmentRoot(data: DataDirectory): DevelopmentRoot {
  const keyFile = (name: string): string => {
    const file = data.at('secrets', FOLDER, `${name}.pem`);
    return existsSync(file) ? file : data.writeSecret(`${FOLDER}/${name}.pem`, makePackageKey());
  };
  const rootFile = (version: number): string => data.at('secrets', FOLDER, 'roots', `${String(version)}.root.json`);
  const read = (file: string): KeyObject => parsePackageKey(readFileSync(file));
  const rootKeyFiles = ROOT_KEYS.map(keyFile);
  const online = keyFile('online');

  let newest = 0;
  while (existsSync(rootFile(newest + 1))) newest += 1;
  const held = newest === 0 ? undefined : readPackageRoot(readFileSync(rootFile(newest)));
  const keys = { root: rootKeyFiles.map(read), online: read(online) };
  const isGood = held !== undefined && (held.expiresAt - Date.now()) / LIFETIME_MS > RENEW_BELOW && packageKeyId(held.onlineKey) === packageKeyId(keys.online);
  if (!isGood) {
    const content = { version: newest + 1, rootKeys: keys.root.map((key) => createPublicKey(key)), threshold: 1, onlineKey: createPublicKey(keys.online), expiresAt: Date.now() + LIFETIME_MS, isForDevelopment: true };
    data.writeSecret(`${FOLDER}/roots/${String(newest + 1)}.root.json`, signPackageRoot(content, keys.root));
  }
  return { rootDir: dirname(rootFile(1)), keyFile: online, rootKeyFiles };
}
