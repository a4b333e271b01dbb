import { createKeyVoucher, createPossessionProof, importSigningKey } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import type { HubChannel } from '../access/hub-channel.js';
import { kidsOf, publicJwk, signingKeysOf, type KeySet } from './key-file.js';
import type { ProvinceHome } from './province-home.js';

type PrivateJwk = KeySet['keys'][number];

async function submittedKey(jwk: PrivateJwk, { province }: ProvinceHome, challenge: string): Promise<v1.IPublicKey> {
  const stated = { jwk: JSON.stringify(publicJwk(jwk)) };
  if (jwk.use !== 'sig') return { ...stated, use: v1.KeyUse.KEY_USE_ENCRYPTION };
  return { ...stated, use: v1.KeyUse.KEY_USE_SIGNATURE, proof: await createPossessionProof(await importSigningKey(jwk), province.code, challenge) };
}

/**
 * Submits `fresh` keys with a proof each over a challenge, and with the voucher of one of `inUse` that the hub has accepted, where
 * there is one; without a voucher, and with keys accepted before, two operators are asked.
 */
export async function submitKeys({ membership }: Pick<HubChannel, 'membership'>, home: ProvinceHome, fresh: KeySet, inUse?: KeySet): Promise<v1.SubmitKeysResponse> {
  const { acceptedKeys } = await membership.getMembership({});
  const { challenge } = await membership.getChallenge({});
  const keys = [];
  for (const jwk of fresh.keys) keys.push(await submittedKey(jwk, home, challenge));
  const vouching = inUse === undefined ? undefined : (await signingKeysOf(inUse)).find(({ kid }) => acceptedKeys.includes(kid));
  const voucher = vouching === undefined ? '' : await createKeyVoucher(vouching, home.province.code, challenge, kidsOf(fresh));
  return membership.submitKeys({ keys, challenge, voucher });
}
