import { compactVerify, CompactSign, decodeProtectedHeader } from 'jose';

import { AttestationError } from './errors.js';
import type { ProvinceCode } from './province.js';
import type { ProvinceKeyRing, SigningKey } from './province-key.js';
import { toCryptoKey } from './web-crypto.js';

/** A type of its own (RFC 8725 3.11). */
const VOUCHER_TYPE = 'key-voucher';

const vouchedText = (province: ProvinceCode, challenge: string, kids: readonly string[]): string => `${province}.${challenge}.${kids.join(',')}`;

/** A key in use vouches for new ones of its province: compact JWS over `<province>.<challenge>.<kid>,<kid>…`. */
export function createKeyVoucher(key: SigningKey, province: ProvinceCode, challenge: string, kids: readonly string[]): Promise<string> {
  return new CompactSign(new TextEncoder().encode(vouchedText(province, challenge, kids)))
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: VOUCHER_TYPE })
    .sign(key.key);
}

/**
 * Attacker-controlled input. @returns the id of the key that vouched, one of `inUse` and of this province
 *
 * @throws {AttestationError} PROVINCE_KEY_INVALID
 */
export async function verifyKeyVoucher(
  voucher: string,
  inUse: ProvinceKeyRing,
  { province, challenge, kids }: { readonly province: ProvinceCode; readonly challenge: string; readonly kids: readonly string[] },
): Promise<string> {
  try {
    const { kid, typ } = decodeProtectedHeader(voucher);
    const key = inUse.find(kid ?? '');
    if (typ !== VOUCHER_TYPE || key?.use !== 'sig' || key.province !== province) throw new Error('no key in use');
    const { payload } = await compactVerify(voucher, toCryptoKey(key.key), { algorithms: [key.algorithm] });
    if (new TextDecoder().decode(payload) !== vouchedText(province, challenge, kids)) throw new Error('for other keys');
    return key.kid;
  } catch (cause) {
    throw new AttestationError('PROVINCE_KEY_INVALID', 'the voucher is signed by no key in use, or for other keys', { cause });
  }
}
