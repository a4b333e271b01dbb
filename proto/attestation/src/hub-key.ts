import { z } from 'zod';

import type { HubKey } from './conformance-badge.js';
import { AttestationError } from './errors.js';
import { importPublicKey } from './province-key.js';
import { toCryptoKey } from './web-crypto.js';

const KEY_SET = z.object({ keys: z.array(z.unknown()).min(1).max(16) });

/**
 * The hub's public keys, as `Ledger.GetHubKeys` hands them out: a JWK Set (RFC 7517 5) of `sig` keys.
 *
 * @throws {AttestationError} PROVINCE_KEY_INVALID
 */
export async function importHubKeys(jwks: unknown): Promise<readonly HubKey[]> {
  const set = KEY_SET.safeParse(jwks);
  if (!set.success) throw new AttestationError('PROVINCE_KEY_INVALID', 'not a JWK Set');
  return Promise.all(
    set.data.keys.map(async (jwk) => {
      const { kid, algorithm, key } = await importPublicKey(jwk);
      if (algorithm === 'ECDH-ES') throw new AttestationError('PROVINCE_KEY_INVALID', 'a key to encrypt to signs nothing');
      return Object.freeze({ kid, algorithm, key: toCryptoKey(key) });
    }),
  );
}
