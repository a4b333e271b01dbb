import { CompactSign } from 'jose';

import { ATTESTATION_TYPE, type Attestation } from './attestation.js';
import { parseWireClaims, toWireClaims } from './attestation-claims.js';
import { packDisclosures, type HolderDisclosures } from './disclosure.js';
import type { SigningKey } from './province-key.js';

/** What a province states; the digests of disclosures are made by {@link signAttestation}. */
export type AttestationClaims = WithoutDigests<Attestation>;

/** One type for each kind, not one with the members that all kinds have. */
type WithoutDigests<Kind> = Kind extends Attestation ? Omit<Kind, 'disclosureDigests'> : never;

/** A signed attestation in its two texts. */
export interface SignedAttestation {
  /** Compact JWS; goes over NATS to the hub. Says nothing of the disclosures but their digests. */
  readonly token: string;
  /** SD-JWT (RFC 9901): the same token, then `~` and the disclosures. Goes to the holder and nowhere else. */
  readonly presentation: string;
  readonly attestation: Attestation;
}

/**
 * Signs one attestation. The payload is checked like a received one, so that nothing is signed that is then refused.
 *
 * @param salt at least 128 bits from a cryptographic source, in base64url, another one at each call.
 * @throws {AttestationError} ATTESTATION_CLAIMS_INVALID, ATTESTATION_DISCLOSURE_INVALID
 */
export async function signAttestation(
  claims: AttestationClaims,
  disclosures: HolderDisclosures,
  key: SigningKey,
  salt: () => string,
): Promise<SignedAttestation> {
  const { digests, encoded } = await packDisclosures(disclosures, salt);
  const attestation: Attestation = { ...claims, disclosureDigests: digests };
  const payload = toWireClaims(attestation);
  parseWireClaims(payload);
  const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: ATTESTATION_TYPE })
    .sign(key.key);
  return { token, presentation: [token, ...encoded, ''].join('~'), attestation };
}
