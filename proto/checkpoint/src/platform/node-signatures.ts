import { createHash, createPublicKey, KeyObject, verify, type VerifyKeyObjectInput } from 'node:crypto';
import type { PublicPointJwk, SignatureAlgorithm, SignaturePlatform } from '@health-code/attestation';

/** Both algorithms sign with two 32-byte values: r || s (RFC 7518 3.4), R || S (RFC 8032 5.1.6). */
const SIGNATURE_BYTES = 64;

/** A key as it is handed to OpenSSL for every signature: made once. */
class ImportedKey {
  readonly algorithm: SignatureAlgorithm | 'ECDH-ES';
  readonly input: VerifyKeyObjectInput;

  constructor(key: KeyObject, algorithm: SignatureAlgorithm | 'ECDH-ES') {
    this.algorithm = algorithm;
    this.input = { key, dsaEncoding: 'ieee-p1363' };
  }
}

/** Digest that the algorithm signs; Ed25519 has its own (RFC 8032). */
const HASH_OF = { ES256: 'sha256', Ed25519: null } as const;

/**
 * OpenSSL on the thread that asks. Node's Web Crypto does the same sum on a thread of its own and is woken for it and waited for: on the
 * one core of a gate that costs half as much again as the signature. While a signature is checked, nothing else runs in this process.
 */
export const NODE_SIGNATURES: SignaturePlatform = Object.freeze({
  importKey: (jwk: PublicPointJwk, algorithm: SignatureAlgorithm | 'ECDH-ES') =>
    Promise.resolve().then(() => new ImportedKey(createPublicKey({ key: { ...jwk }, format: 'jwk' }), algorithm)),
  verify: (algorithm: SignatureAlgorithm, key: unknown, signingInput: Uint8Array, signature: Uint8Array) =>
    signature.length === SIGNATURE_BYTES && key instanceof ImportedKey && key.algorithm === algorithm && verify(HASH_OF[algorithm], signingInput, key.input, signature),
  sha256: (bytes: Uint8Array) => Promise.resolve(new Uint8Array(createHash('sha256').update(bytes).digest())),
});
