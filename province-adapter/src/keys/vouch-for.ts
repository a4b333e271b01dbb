import { signAnew, signedBy } from '@health-code/attestation';
import type { ProvinceKeys } from './province-keys.js';

/**
 * An attestation of this province under a key that is stated at the hub: as it is, or signed anew where its key was given up. The
 * hub takes nothing more in of a key that was revoked, and asks for the number again; the same content is the same attestation.
 */
export async function vouchFor(token: string, signing: ProvinceKeys['signing']): Promise<string> {
  const kid = signedBy(token);
  return signing.some(({ key }) => key.kid === kid) ? token : signAnew(token, signing[0].key);
}
