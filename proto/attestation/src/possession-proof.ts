import { compactVerify, CompactSign } from 'jose';

import { AttestationError } from './errors.js';
import type { ProvinceCode } from './province.js';
import type { ProvinceKey, SigningKey } from './province-key.js';
import { toCryptoKey } from './web-crypto.js';

/** A type of its own, so that no proof can be passed off as an attestation or the other way round (RFC 8725 3.11). */
const PROOF_TYPE = 'key-possession';

const provenText = (province: ProvinceCode, kid: string, challenge: string | undefined): string =>
  challenge === undefined ? `${province}.${kid}` : `${province}.${kid}.${challenge}`;

/**
 * Shows that the province holds the private half: compact JWS over `<province>.<kid>`, or over `<province>.<kid>.<challenge>`
 * where the hub gave a challenge, so that a proof that was seen once is good for nothing.
 */
export function createPossessionProof(key: SigningKey, province: ProvinceCode, challenge?: string): Promise<string> {
  return new CompactSign(new TextEncoder().encode(provenText(province, key.kid, challenge)))
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: PROOF_TYPE })
    .sign(key.key);
}

/**
 * Attacker-controlled input. The proof names the province, so that one province cannot register another's key; with a
 * `challenge` it holds that one.
 *
 * @throws {AttestationError} PROVINCE_KEY_INVALID
 */
export async function verifyPossessionProof(proof: string, key: ProvinceKey, challenge?: string): Promise<void> {
  if (key.use !== 'sig') throw new AttestationError('PROVINCE_KEY_INVALID', 'only a signing key proves possession');
  let verified;
  try {
    verified = await compactVerify(proof, toCryptoKey(key.key), { algorithms: [key.algorithm] });
  } catch (cause) {
    throw new AttestationError('PROVINCE_KEY_INVALID', 'proof of possession does not verify', { cause });
  }
  const { payload, protectedHeader } = verified;
  const isForThisKey = protectedHeader.typ === PROOF_TYPE && protectedHeader.kid === key.kid;
  if (!isForThisKey || new TextDecoder().decode(payload) !== provenText(key.province, key.kid, challenge)) {
    throw new AttestationError('PROVINCE_KEY_INVALID', 'proof of possession is for another key or province');
  }
}
