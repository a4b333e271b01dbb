import { createUser } from '@nats-io/nkeys';

/** Credentials as a file holds them. */
export interface MadeNatsCreds {
  readonly text: string;
  /** "U…". */
  readonly user: string;
}

const encode = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64url');
const seedOf = (user: ReturnType<typeof createUser>): string => new TextDecoder().decode(user.getSeed());

/** Credentials that no account signed: enough for whoever only reads them. Times in seconds since the epoch. */
export function makeNatsCreds(options: { readonly tags?: readonly string[]; readonly exp?: number; readonly seedOfAnother?: boolean } = {}): MadeNatsCreds {
  const user = createUser();
  const { tags, exp, seedOfAnother = false } = options;
  const claims = { sub: user.getPublicKey(), iat: 1_800_000_000, ...(exp === undefined ? {} : { exp }), nats: { type: 'user', ...(tags === undefined ? {} : { tags }) } };
  const jwt = `${encode({ typ: 'JWT', alg: 'ed25519-nkey' })}.${encode(claims)}.c2lnbmF0dXJl`;
  const seed = seedOf(seedOfAnother ? createUser() : user);
  const text = `-----BEGIN NATS USER JWT-----\n${jwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`;
  return { text, user: user.getPublicKey() };
}
