import { isDeepStrictEqual } from 'node:util';
import { DEVELOPMENT_TAG, natsUserLimits, type NatsRights } from '@health-code/messages';
import { createUser, encodeUser, fmtCreds, fromSeed, type KeyPair, type User } from '@nats-io/jwt';

/** Who may sign users of an account. */
export interface UserSigner {
  /** Seed of the account's own key or of one of its signing keys, "SA…". */
  readonly seed: string;
  /** Public key of the account, "A…"; where `seed` is its own, it says so itself. */
  readonly account?: string;
}

/** One user to be. */
export interface UserRequest {
  readonly name: string;
  readonly rights: NatsRights;
  /** Its public key, "U…": who holds the seed stays the only one. */
  readonly publicKey: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  /** Tag by which production refuses it. */
  readonly isForDevelopment: boolean;
}

/** A user with its key. */
export interface MintedUser {
  readonly publicKey: string;
  readonly jwt: string;
  /** Text of a creds file: the JWT and the seed. */
  readonly creds: string;
}

/** Whether a user may do what `rights` say, no less and no more: the table of rights may have changed since it was made. */
export function hasRights({ pub, sub, resp }: Partial<User>, rights: NatsRights): boolean {
  const { resp: answers, ...wanted } = natsUserLimits(rights);
  return isDeepStrictEqual({ pub, sub, resp }, { ...wanted, resp: answers });
}

const keyPair = (seed: string): KeyPair => fromSeed(new TextEncoder().encode(seed));

/** The JWT of a user whose key somebody else holds. */
export async function signUser(signer: UserSigner, { name, rights, publicKey, expiresAt, isForDevelopment }: UserRequest): Promise<string> {
  const own = keyPair(signer.seed);
  const isSigningKey = signer.account !== undefined && signer.account !== own.getPublicKey();
  const user: Partial<User> = { ...natsUserLimits(rights), tags: isForDevelopment ? [DEVELOPMENT_TAG] : [] };
  return encodeUser(name, publicKey, isSigningKey ? signer.account : own, user, { exp: expiresAt, ...(isSigningKey ? { signer: own } : {}) });
}

/** Makes a key and its user. */
export async function mintUser(signer: UserSigner, request: Omit<UserRequest, 'publicKey'>): Promise<MintedUser> {
  const keys = createUser();
  const publicKey = keys.getPublicKey();
  const jwt = await signUser(signer, { ...request, publicKey });
  return { publicKey, jwt, creds: new TextDecoder().decode(fmtCreds(jwt, keys)) };
}
