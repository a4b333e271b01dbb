import { DEVELOPMENT_TAG } from '@health-code/messages';
import { fromSeed } from '@nats-io/nkeys';
import { z } from 'zod';
import { AdapterError } from '../errors.js';
import { madeForDevelopment, type Environment } from '../keys/development-material.js';

/** NATS credentials, as the standard file holds them. */
export interface NatsCreds {
  /** The content of the file. */
  readonly text: string;
  /** Public key of the user ("U…"). */
  readonly user: string;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  /** Seconds since the epoch; undefined for ones that do not end. */
  readonly expiresAt?: number;
}

const CREDS = /^-+BEGIN NATS USER JWT-+\r?\n\s*[\w-]+\.([\w-]+)\.[\w-]+\s*\r?\n-+END NATS USER JWT-+[^]*^-+BEGIN USER NKEY SEED-+\r?\n\s*(SU[A-Z2-7]{56})\s*\r?\n-+END USER NKEY SEED-+/m;

const CLAIMS = z.object({
  sub: z.string(),
  iat: z.number(),
  exp: z.number().optional(),
  nats: z.object({ tags: z.array(z.string()).optional() }),
});

const publicKeyOf = (seed: string): string => fromSeed(new TextEncoder().encode(seed)).getPublicKey();

/**
 * Credentials out of a file: a user's JWT and the seed of that user. The JWT's signature is for the server to look at.
 *
 * @throws AdapterError CONFIG_INVALID for anything else, and in production for ones made for development; the message completes "a file that …"
 */
export function parseNatsCreds(content: Buffer, environment: Environment): NatsCreds {
  const text = content.toString('utf8');
  const [, payload = '', seed = ''] = CREDS.exec(text) ?? [];
  let claims: z.infer<typeof CLAIMS>;
  try {
    claims = CLAIMS.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    if (publicKeyOf(seed) !== claims.sub) throw new Error('the seed of another user');
  } catch {
    // The cause is left out on purpose: a parser may quote what it could not parse.
    throw new AdapterError('CONFIG_INVALID', 'holds no NATS credentials: a user JWT and the seed of that user');
  }
  if (environment === 'production' && claims.nats.tags?.includes(DEVELOPMENT_TAG) === true) throw madeForDevelopment();
  return { text, user: claims.sub, issuedAt: claims.iat, ...(claims.exp === undefined ? {} : { expiresAt: claims.exp }) };
}
