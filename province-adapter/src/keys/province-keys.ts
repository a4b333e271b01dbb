import { hkdfSync, randomUUID } from 'node:crypto';
import { link, open, readFile, rm, stat } from 'node:fs/promises';
import {
  generateProvinceKey,
  importSigningKey,
  importUnsealingKey,
  type GeneratedProvinceKey,
  type SealedKey,
  type SigningKey,
} from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import type { Environment } from './development-material.js';
import { formatKeyFile, parseKeyFile } from './key-file.js';

type PrivateJwk = GeneratedProvinceKey['privateJwk'];

/** What is registered of a key, and when it ends. */
interface StatedKey {
  /** Without the private member. */
  readonly publicJwk: PrivateJwk;
  /** Seconds since the epoch; undefined for one that does not end. */
  readonly endsAt?: number;
}

/** A key that signs attestations. */
export interface AttestingKey extends StatedKey {
  readonly key: SigningKey;
  /** Makes the salts of disclosures; known to whoever holds the signing key, and to nobody else. */
  readonly saltSecret: Uint8Array;
}

/** A key that opens the hub's calls. */
export interface OpeningKey extends StatedKey {
  readonly key: SealedKey;
}

/** The keys an adapter works with. */
export interface ProvinceKeys {
  /** One or more; the first signs. */
  readonly signing: readonly [AttestingKey, ...AttestingKey[]];
  /** One or more; the first is the one to seal to, all open what is sealed to them. */
  readonly opening: readonly [OpeningKey, ...OpeningKey[]];
}

const isAbsent = (cause: unknown): boolean => (cause as NodeJS.ErrnoException).code === 'ENOENT';
const isPresent = (cause: unknown): boolean => (cause as NodeJS.ErrnoException).code === 'EEXIST';

/**
 * Writes both keys to disk before anything can be signed with them, and under the final name only when complete: a
 * crash in between leaves no half a key. An instance that is faster wins.
 */
async function createKeyFile(path: string, environment: Environment): Promise<void> {
  const [signing, encryption] = [(await generateProvinceKey('sig')).privateJwk, (await generateProvinceKey('enc')).privateJwk];
  const unfinished = `${path}.${randomUUID()}.new`;
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(formatKeyFile({ signing: [signing], encryption: [encryption], isForDevelopment: environment === 'development' }));
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(unfinished, path);
  } catch (cause) {
    if (!isPresent(cause)) throw cause;
  } finally {
    await rm(unfinished, { force: true });
  }
}

function stated(jwk: PrivateJwk): StatedKey {
  const publicJwk = Object.fromEntries(Object.entries(jwk).filter(([member]) => member !== 'd'));
  const { exp } = jwk as { readonly exp?: unknown };
  return { publicJwk, ...(typeof exp === 'number' ? { endsAt: exp } : {}) };
}

async function importAttesting(jwk: PrivateJwk): Promise<AttestingKey> {
  const secret = Buffer.from(jwk.d ?? '', 'base64url');
  const saltSecret = new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), 'health-code disclosure salt', 32));
  return Object.freeze({ ...stated(jwk), key: await importSigningKey(jwk), saltSecret });
}

const importOpening = async (jwk: PrivateJwk): Promise<OpeningKey> => Object.freeze({ ...stated(jwk), key: await importUnsealingKey(jwk) });

/**
 * The keys of a key file's text.
 *
 * @throws AdapterError CONFIG_INVALID for what is not of the format of {@link parseKeyFile}, or holds a key twice
 */
export async function parseProvinceKeys(text: string, environment: Environment): Promise<ProvinceKeys> {
  const file = parseKeyFile(text, environment);
  try {
    const [signing, opening] = await Promise.all([Promise.all(file.signing.map(importAttesting)), Promise.all(file.encryption.map(importOpening))]);
    const kids = [...signing, ...opening].map(({ key }) => key.kid);
    if (new Set(kids).size < kids.length) throw new AdapterError('CONFIG_INVALID', 'KEY_FILE holds one key twice');
    // A parsed file has at least one of each.
    return Object.freeze({ signing, opening } as unknown as ProvinceKeys);
  } catch (cause) {
    if (cause instanceof AdapterError) throw cause;
    throw new AdapterError('CONFIG_INVALID', 'KEY_FILE holds a key that cannot be imported', { cause });
  }
}

/**
 * The province's private keys, from a file that only its owner may read; made when the file is absent.
 *
 * @throws AdapterError CONFIG_INVALID when the file is unreadable, open to others or not of the format of {@link parseKeyFile}
 */
export async function loadProvinceKeys(path: string, environment: Environment): Promise<ProvinceKeys> {
  try {
    await stat(path).catch((cause: unknown) => {
      if (isAbsent(cause)) return createKeyFile(path, environment);
      throw cause;
    });
    await requirePrivateFile(path);
    return await parseProvinceKeys(await readFile(path, 'utf8'), environment);
  } catch (cause) {
    if (cause instanceof AdapterError) throw cause;
    throw new AdapterError('CONFIG_INVALID', 'KEY_FILE cannot be read or made', { cause });
  }
}

/** @throws AdapterError CONFIG_INVALID for a file that others than its owner may read; another error where there is none */
export async function requirePrivateFile(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) throw new AdapterError('CONFIG_INVALID', 'KEY_FILE may be read by others than its owner: chmod 600');
}
