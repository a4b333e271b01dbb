import { existsSync, readFileSync } from 'node:fs';
import { generateProvinceKey, importSigningKey, type GeneratedProvinceKey, type SigningKey } from '@health-code/attestation';
import { z } from 'zod';
import { CommandError } from '../access/command-error.js';
import { replaceFile } from '../access/replace-file.js';

type PrivateJwk = GeneratedProvinceKey['privateJwk'];

/** Which purpose a key serves (RFC 7517 4.2). */
export type KeyPurpose = 'sig' | 'enc';

const KEY_FILE = z.looseObject({ keys: z.array(z.looseObject({ kid: z.string(), use: z.enum(['sig', 'enc']), d: z.string() })) });

/** A province's private keys as KEY_FILE holds them: the newest of each purpose first. */
export interface KeySet {
  readonly keys: readonly PrivateJwk[];
}

/** Keys of one purpose, the one in use first. */
export const keysFor = (purpose: KeyPurpose, { keys }: KeySet): readonly PrivateJwk[] => keys.filter(({ use }) => use === purpose);

/** Ids of all keys. */
export const kidsOf = ({ keys }: KeySet): readonly string[] => keys.map(({ kid }) => kid ?? '');

/** A key as it is submitted: without what is private. */
export const publicJwk = (jwk: PrivateJwk): PrivateJwk => Object.fromEntries(Object.entries(jwk).filter(([member]) => member !== 'd'));

/** @throws CommandError when the file is no set of private keys of a province */
export function readKeyFile(path: string): KeySet | undefined {
  if (!existsSync(path)) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    json = undefined;
  }
  const parsed = KEY_FILE.safeParse(json);
  if (!parsed.success) throw new CommandError(`${path} is not a JWK Set of private keys`, 'Bring back its copy. Without one, move it away and run: npm run province -- keys; two operators then have to agree.');
  return parsed.data;
}

/** Writes KEY_FILE in one step: an adapter that reads it meanwhile sees the former keys or these. */
export const writeKeyFile = (path: string, set: KeySet): void => replaceFile(path, `${JSON.stringify({ ...set, keys: set.keys }, undefined, 2)}\n`);

/** The keys in `path`, made and written first where there are none. */
export async function keepKeyFile(path: string, purposes: readonly KeyPurpose[]): Promise<KeySet> {
  const present = readKeyFile(path);
  if (present !== undefined) return present;
  const keys: PrivateJwk[] = [];
  for (const purpose of purposes) keys.push((await generateProvinceKey(purpose)).privateJwk);
  writeKeyFile(path, { keys });
  return { keys };
}

/** The signing keys of a set, ready for use, in its order. */
export const signingKeysOf = (set: KeySet): Promise<readonly SigningKey[]> => Promise.all(keysFor('sig', set).map((jwk) => importSigningKey(jwk)));

/** `first` before the keys of `set`: in use from now on, the others beside it. */
export const withNewest = (set: KeySet, first: readonly PrivateJwk[]): KeySet => {
  const kids = first.map(({ kid }) => kid);
  return { ...set, keys: [...first, ...set.keys.filter(({ kid }) => !kids.includes(kid))] };
};

/** Without the former keys of `purpose`: its newest stays, and every key of the other purpose. */
export const withoutFormer = (set: KeySet, purpose: KeyPurpose): KeySet => {
  const [newest] = keysFor(purpose, set);
  return { ...set, keys: set.keys.filter((jwk) => jwk.use !== purpose || jwk === newest) };
};
