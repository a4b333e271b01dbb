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
import { z } from 'zod';
import { AdapterError } from '../errors.js';

type PrivateJwk = GeneratedProvinceKey['privateJwk'];

/** The keys an adapter works with. */
export interface ProvinceKeys {
  readonly signing: SigningKey;
  readonly unsealing: SealedKey;
  /** As registered: `sig` and `enc`, without private members. */
  readonly publicJwks: { readonly signing: PrivateJwk; readonly encryption: PrivateJwk };
  /** Makes the salts of disclosures; known to whoever holds the signing key, and to nobody else. */
  readonly saltSecret: Uint8Array;
}

const JWK = z.looseObject({ use: z.enum(['sig', 'enc']), d: z.string() });
const KEY_FILE = z.strictObject({ keys: z.array(JWK) });

const isAbsent = (cause: unknown): boolean => (cause as NodeJS.ErrnoException).code === 'ENOENT';
const isPresent = (cause: unknown): boolean => (cause as NodeJS.ErrnoException).code === 'EEXIST';

/**
 * Writes both keys to disk before anything can be signed with them, and under the final name only when complete: a
 * crash in between leaves no half a key. An instance that is faster wins.
 */
async function createKeyFile(path: string): Promise<void> {
  const keys = [await generateProvinceKey('sig'), await generateProvinceKey('enc')].map(({ privateJwk }) => privateJwk);
  const unfinished = `${path}.${randomUUID()}.new`;
  const file = await open(unfinished, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ keys }, undefined, 2)}\n`);
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

function parseKeyFile(text: string): { readonly signing: PrivateJwk; readonly encryption: PrivateJwk } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new AdapterError('CONFIG_INVALID', 'KEY_FILE is not JSON');
  }
  const keys = KEY_FILE.safeParse(json).data?.keys ?? [];
  const [signing, ...otherSigning] = keys.filter(({ use }) => use === 'sig');
  const [encryption, ...otherEncryption] = keys.filter(({ use }) => use === 'enc');
  if (signing === undefined || encryption === undefined || otherSigning.length + otherEncryption.length > 0) {
    throw new AdapterError('CONFIG_INVALID', 'KEY_FILE is not a JWK Set of one private "sig" and one private "enc" key');
  }
  return { signing, encryption };
}

function withoutPrivateMember(jwk: PrivateJwk): PrivateJwk {
  return Object.fromEntries(Object.entries(jwk).filter(([member]) => member !== 'd'));
}

/**
 * The province's private keys, from a JWK Set that only its owner may read; made when the file is absent.
 *
 * @throws AdapterError CONFIG_INVALID when the file is unreadable, open to others or not such a set
 */
export async function loadProvinceKeys(path: string): Promise<ProvinceKeys> {
  try {
    const { mode } = await stat(path).catch(async (cause: unknown) => {
      if (!isAbsent(cause)) throw cause;
      await createKeyFile(path);
      return stat(path);
    });
    if ((mode & 0o077) !== 0) throw new AdapterError('CONFIG_INVALID', 'KEY_FILE may be read by others than its owner: chmod 600');
    const { signing, encryption } = parseKeyFile(await readFile(path, 'utf8'));
    const secret = Buffer.from(signing.d ?? '', 'base64url');
    return Object.freeze({
      signing: await importSigningKey(signing),
      unsealing: await importUnsealingKey(encryption),
      publicJwks: { signing: withoutPrivateMember(signing), encryption: withoutPrivateMember(encryption) },
      saltSecret: new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), 'health-code disclosure salt', 32)),
    });
  } catch (cause) {
    if (cause instanceof AdapterError) throw cause;
    throw new AdapterError('CONFIG_INVALID', 'KEY_FILE cannot be read, made or imported', { cause });
  }
}
