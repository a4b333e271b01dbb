import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { generateProvinceKey, importHubKeys, importSigningKey, type HubKey, type SigningKey } from '@health-code/attestation';
import { DEVELOPMENT_MEMBER } from '@health-code/messages';
import { z } from 'zod';
import { HubError } from '../errors.js';

/** The hub's own keys. */
export interface HubKeys {
  /** Signs badges: the first key of the file. */
  readonly signing: SigningKey;
  /** By which badges are verified: those of the signing key, and those of a rotation that has not ended. */
  readonly verifying: readonly HubKey[];
  /** Their public halves as a JWK Set (RFC 7517 5) in JSON. */
  readonly jwks: string;
}

/** Keys of one file: those of a rotation, with room for one that was begun before the last one ended. */
const MOST_KEYS = 4;

const KEY_FILE = z.strictObject({
  keys: z.array(z.looseObject({ use: z.literal('sig'), d: z.string() })).min(1).max(MOST_KEYS),
  [DEVELOPMENT_MEMBER]: z.boolean().optional(),
});

const unusable = (why: string, cause?: unknown): HubError => new HubError('CONFIG_INVALID', `HUB_KEY_FILE ${why}`, { cause });

/**
 * The keys in the file at `path`, a JWK Set of private "sig" keys; the file is made, readable by nobody else, where there is none.
 * @throws HubError CONFIG_INVALID, never quoting the file
 */
export async function openHubKeys(path: string, environment: 'production' | 'development'): Promise<HubKeys> {
  const text = readKeyFile(path) ?? (await makeKeyFile(path, environment));
  const parsed = KEY_FILE.safeParse(parseJson(text));
  if (!parsed.success) throw unusable(`is not a JWK Set of 1 to ${String(MOST_KEYS)} private "sig" keys`);
  if (environment === 'production' && parsed.data[DEVELOPMENT_MEMBER] === true) throw unusable('was made for development, and ENVIRONMENT is production');
  try {
    const publicKeys = parsed.data.keys.map(({ d: _d, ...publicJwk }) => publicJwk);
    const [signing, verifying] = await Promise.all([importSigningKey(parsed.data.keys[0]), importHubKeys({ keys: publicKeys })]);
    return Object.freeze({ signing, verifying, jwks: JSON.stringify({ keys: publicKeys }) });
  } catch (cause) {
    throw unusable('holds a key of another form', cause);
  }
}

function readKeyFile(path: string): string | undefined {
  try {
    // Whoever else reads it can sign badges in the hub's name.
    if ((statSync(path).mode & 0o077) !== 0) throw unusable('can be read by others: it needs mode 0600');
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof HubError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable('cannot be read', error);
  }
}

async function makeKeyFile(path: string, environment: 'production' | 'development'): Promise<string> {
  const { privateJwk } = await generateProvinceKey('sig');
  const text = `${JSON.stringify({ keys: [privateJwk], ...(environment === 'development' ? { [DEVELOPMENT_MEMBER]: true } : {}) }, undefined, 2)}\n`;
  const draft = `${path}.${randomUUID()}`;
  try {
    // In one step and never over another's: a hub that dies here leaves a whole file or none, and of two replicas that start
    // together the second takes the key of the first. Badges signed with a key that nobody kept would be good until a restart.
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
    linkSync(draft, path);
    return text;
  } catch (cause) {
    const first = (cause as NodeJS.ErrnoException).code === 'EEXIST' ? readKeyFile(path) : undefined;
    if (first === undefined) throw unusable('cannot be written', cause);
    return first;
  } finally {
    rmSync(draft, { force: true });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unusable('is not JSON');
  }
}
