import type { GeneratedProvinceKey } from '@health-code/attestation';
import { DEVELOPMENT_MEMBER } from '@health-code/messages';
import { z } from 'zod';
import { AdapterError } from '../errors.js';
import { madeForDevelopment, type Environment } from './development-material.js';

type PrivateJwk = GeneratedProvinceKey['privateJwk'];

/** Most keys of one file: those of a rotation, with room for one that was begun before the last one ended. */
export const MOST_KEYS = { signing: 8, encryption: 2 } as const;

/** The keys of a file, in its order. */
export interface KeyFile {
  /** One to {@link MOST_KEYS}; the first signs. */
  readonly signing: readonly PrivateJwk[];
  /** One or two; the hub is told to seal to the first. */
  readonly encryption: readonly PrivateJwk[];
  readonly isForDevelopment: boolean;
}

const JWK = z.looseObject({ use: z.enum(['sig', 'enc']), d: z.string() });
const KEY_FILE = z.strictObject({ keys: z.array(JWK), [DEVELOPMENT_MEMBER]: z.boolean().optional() });

/** Whether a key file says of itself that it was made for development. False for what is no JSON. */
export function isDevelopmentKeyFile(text: string): boolean {
  try {
    return (JSON.parse(text) as Readonly<Record<string, unknown>> | null)?.[DEVELOPMENT_MEMBER] === true;
  } catch {
    return false;
  }
}

/**
 * The format of KEY_FILE: a JWK Set (RFC 7517 5) of private keys, each with `use`, `alg` and its thumbprint as `kid`, and with `exp` (seconds)
 * where it ends:
 *
 *     {"keys": [{"use": "sig", …}, {"use": "sig", …}, {"use": "enc", …}, {"use": "enc", …}], "developmentOnly": true}
 *
 * Order is meaning: the first `sig` key signs, the first `enc` key is the one to seal to; all are registered, all open what is sealed
 * to them. A rotation puts the new key, accepted by the hub before, first of its use, and takes the old one out later. Whoever
 * writes the file replaces it in one step (rename), mode 0600.
 *
 * @throws AdapterError CONFIG_INVALID, never quoting the file; in production also for keys made for development
 */
export function parseKeyFile(text: string, environment: Environment): KeyFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new AdapterError('CONFIG_INVALID', 'KEY_FILE is not JSON');
  }
  const parsed = KEY_FILE.safeParse(json).data;
  const keys = parsed?.keys ?? [];
  const signing = keys.filter(({ use }) => use === 'sig');
  const encryption = keys.filter(({ use }) => use === 'enc');
  if (signing.length === 0 || signing.length > MOST_KEYS.signing || encryption.length === 0 || encryption.length > MOST_KEYS.encryption) {
    throw new AdapterError(
      'CONFIG_INVALID',
      `KEY_FILE is not a JWK Set of 1 to ${MOST_KEYS.signing} private "sig" and 1 or ${MOST_KEYS.encryption} private "enc" keys`,
    );
  }
  const isForDevelopment = parsed?.[DEVELOPMENT_MEMBER] === true;
  if (isForDevelopment && environment === 'production') throw new AdapterError('CONFIG_INVALID', `KEY_FILE names a file that ${madeForDevelopment().message}`);
  return { signing, encryption, isForDevelopment };
}

/** The text of a new file. */
export const formatKeyFile = ({ signing, encryption, isForDevelopment }: KeyFile): string =>
  `${JSON.stringify({ keys: [...signing, ...encryption], ...(isForDevelopment ? { [DEVELOPMENT_MEMBER]: true } : {}) }, undefined, 2)}\n`;
