import { CLOCK_TOLERANCE_SECONDS, type Attestation } from './attestation.js';
import { verifyDisclosures } from './disclosure.js';
import { AttestationError } from './errors.js';
import type { UnverifiedAttestation } from './parse-attestation.js';
import type { ProvinceKey, ProvinceKeyRing } from './province-key.js';
import { WEB_CRYPTO, type SignaturePlatform } from './signature-platform.js';

/** What a province really stated, for whom its text need not be compared with another. Whether it may be relied on now is for the verdict. */
export interface VouchedAttestation {
  /** The compact JWS alone. Its text is not its identity: (issuer, sequence) is. */
  readonly token: string;
  /** The key it is signed with: RFC 7638 thumbprint. */
  readonly kid: string;
  readonly attestation: Attestation;
  /** 脱敏姓名, where the holder presented it. */
  readonly maskedName?: string;
}

/** The same, and what tells its content from another. */
export interface VerifiedAttestation extends VouchedAttestation {
  /** SHA-256 of the payload: equal content is the same attestation, also where the signature bytes differ. */
  readonly contentDigest: Uint8Array;
}

/**
 * The expiry is not checked: an expired attestation is still a true one, and the verdict says it has expired.
 *
 * @param now seconds since the epoch.
 * @param platform that imported the keys of the ring.
 * @throws {AttestationError} in this order: ATTESTATION_KEY_UNKNOWN, ATTESTATION_KEY_FOREIGN,
 * ATTESTATION_KEY_USE_INVALID, ATTESTATION_ALGORITHM_MISMATCH, ATTESTATION_KEY_REVOKED, ATTESTATION_KEY_EXPIRED,
 * ATTESTATION_SIGNATURE_INVALID, ATTESTATION_ISSUED_IN_FUTURE, ATTESTATION_DISCLOSURE_INVALID
 */
export async function verifyAttestation(
  parsed: UnverifiedAttestation,
  ring: ProvinceKeyRing,
  now: number,
  platform: SignaturePlatform = WEB_CRYPTO,
): Promise<VerifiedAttestation> {
  const vouched = await vouchForAttestation(parsed, ring, now, platform);
  return { ...vouched, contentDigest: await platform.sha256(parsed.payload) };
}

/** {@link verifyAttestation} without the digest, which costs a fifth of a signature. */
export async function vouchForAttestation(
  parsed: UnverifiedAttestation,
  ring: ProvinceKeyRing,
  now: number,
  platform: SignaturePlatform = WEB_CRYPTO,
): Promise<VouchedAttestation> {
  const key = getKey(parsed, ring);
  requireKeyOfIssuer(parsed, key);
  requireUseForSignatures(key);
  requireAlgorithmOfKey(parsed, key);
  requireKeyNotRevokedAtIssue(parsed, key);
  requireKeyValidAtIssue(parsed, key);
  const fits = platform.verify(parsed.header.alg, key.key, parsed.signingInput, parsed.signature);
  if (!(typeof fits === 'boolean' ? fits : await fits)) throw new AttestationError('ATTESTATION_SIGNATURE_INVALID', 'signature does not fit');
  requireNotIssuedInFuture(parsed, now);
  const { token, claims } = parsed;
  if (parsed.disclosures.length === 0) return { token, kid: key.kid, attestation: claims };
  const disclosed = await verifyDisclosures(parsed.disclosures, claims.disclosureDigests, platform);
  return { token, kid: key.kid, attestation: claims, ...disclosed };
}

function getKey(parsed: UnverifiedAttestation, ring: ProvinceKeyRing): ProvinceKey {
  const key = ring.find(parsed.header.kid);
  if (!key) throw new AttestationError('ATTESTATION_KEY_UNKNOWN', 'no registered key has this thumbprint');
  return key;
}

/** A province can speak only for itself. */
function requireKeyOfIssuer(parsed: UnverifiedAttestation, key: ProvinceKey): void {
  if (key.province !== parsed.claims.issuer) {
    throw new AttestationError('ATTESTATION_KEY_FOREIGN', 'key belongs to another province than the issuer');
  }
}

function requireUseForSignatures(key: ProvinceKey): void {
  if (key.use !== 'sig') throw new AttestationError('ATTESTATION_KEY_USE_INVALID', 'key is not for signatures');
}

/** RFC 8725 3.1: the registry says which algorithm a key is used with, the token has to agree. */
function requireAlgorithmOfKey(parsed: UnverifiedAttestation, key: ProvinceKey): void {
  if (key.algorithm !== parsed.header.alg) {
    throw new AttestationError('ATTESTATION_ALGORITHM_MISMATCH', 'key is registered for another algorithm');
  }
}

/** Whoever has the key can date back what he signs: whoever knows when a statement came looks at that too. */
function requireKeyNotRevokedAtIssue(parsed: UnverifiedAttestation, key: ProvinceKey): void {
  if (key.revokedFrom !== undefined && parsed.claims.issuedAt >= key.revokedFrom) {
    throw new AttestationError('ATTESTATION_KEY_REVOKED', 'issued since the key may be in other hands');
  }
}

function requireKeyValidAtIssue(parsed: UnverifiedAttestation, key: ProvinceKey): void {
  if (key.notAfter !== undefined && parsed.claims.issuedAt > key.notAfter) {
    throw new AttestationError('ATTESTATION_KEY_EXPIRED', 'issued after the key had expired');
  }
}

/** After the signature: only then is the time the issuer's word, and the clock to be looked at. */
function requireNotIssuedInFuture(parsed: UnverifiedAttestation, now: number): void {
  // Written so that a clock that is not a number fails it.
  if (!(parsed.claims.issuedAt <= now + CLOCK_TOLERANCE_SECONDS)) {
    throw new AttestationError('ATTESTATION_ISSUED_IN_FUTURE', 'issued in the future by this clock');
  }
}
