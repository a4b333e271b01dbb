import { CompactSign, decodeProtectedHeader } from 'jose';

import { ATTESTATION_TYPE, type Attestation } from './attestation.js';
import { parseWireClaims, toWireClaims } from './attestation-claims.js';
import { decodeBase64Url } from './base64url.js';
import { packDisclosures, type HolderDisclosures } from './disclosure.js';
import { AttestationError } from './errors.js';
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
  const token = await signPayload(new TextEncoder().encode(JSON.stringify(payload)), key);
  return { token, presentation: [token, ...encoded, ''].join('~'), attestation };
}

/** The key that a token names: RFC 7638 thumbprint. For whoever signed it; of anybody else's nothing is verified. */
export const signedBy = (token: string): string | undefined => decodeProtectedHeader(token).kid;

/**
 * The same content under another key, byte for byte: the same attestation, vouched for anew. For an issuer whose former key was
 * revoked; disclosures made for the former token fit this one.
 *
 * @param token the issuer's own, as it was signed before
 * @throws {AttestationError} ATTESTATION_MALFORMED
 */
export function signAnew(token: string, key: SigningKey): Promise<string> {
  const payload = decodeBase64Url(token.split('.')[1] ?? '');
  if (payload === undefined || payload.length === 0) throw new AttestationError('ATTESTATION_MALFORMED', 'no payload');
  return signPayload(payload, key);
}

const signPayload = (payload: Uint8Array, key: SigningKey): Promise<string> =>
  new CompactSign(payload).setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: ATTESTATION_TYPE }).sign(key.key);
