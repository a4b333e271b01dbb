import { DEVELOPMENT_TAG, natsUserLimits, provinceRights } from '@health-code/messages';
import { decode, encodeUser, fromPublic, fromSeed, parseCreds, type User } from '@nats-io/jwt';
import { HubError } from '../errors.js';

/** What the hub has of the account whose users it makes. */
export interface AccountCredentials {
  /** The hub's own creds file: says which account it is, and whether that is one for development. */
  readonly creds: string;
  /** Signing seed of the account ("SA…"). */
  readonly accountSeed: string;
}

/** Makes the NATS user of a province. */
export type MintNatsUser = (province: string, publicKey: string, expiresAt: number) => Promise<string>;

/** Whether the text is the public key of a NATS user: "U…", base32 with its check sum. */
export function isUserPublicKey(text: string): boolean {
  if (!/^U[A-Z2-7]{55}$/.test(text)) return false;
  try {
    return fromPublic(text).getPublicKey() === text;
  } catch {
    return false;
  }
}

/**
 * Signs users of the hub's own account, each with the rights of its province and no others. They carry the development tag
 * where the hub's own user does. The seed of a user stays in its province.
 * @throws HubError CONFIG_INVALID for a seed that is none, or creds that say no account
 */
export async function openNatsUserMint({ creds, accountSeed }: AccountCredentials): Promise<MintNatsUser> {
  try {
    const signer = fromSeed(new TextEncoder().encode(accountSeed.trim()));
    if (!signer.getPublicKey().startsWith('A')) throw new Error('not the seed of an account');
    const { aid: account, jwt } = await parseCreds(new TextEncoder().encode(`${creds.trimEnd()}\n`));
    const tags = decode<User>(jwt).nats.tags?.includes(DEVELOPMENT_TAG) === true ? [DEVELOPMENT_TAG] : [];
    const isSigningKey = account !== signer.getPublicKey();
    return (province, publicKey, expiresAt) =>
      encodeUser(province, publicKey, isSigningKey ? account : signer, { ...natsUserLimits(provinceRights(province)), tags }, { exp: expiresAt, ...(isSigningKey ? { signer } : {}) });
  } catch (cause) {
    throw new HubError('CONFIG_INVALID', 'NATS_ACCOUNT_SEED_FILE is not the seed of an account, or NATS_CREDS_FILE names none', { cause });
  }
}
