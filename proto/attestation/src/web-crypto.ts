import type { CryptoKey } from 'jose';

import type { SignatureAlgorithm } from './attestation.js';
import { AttestationError } from './errors.js';

/**
 * Web Crypto wants a view whose memory is not shared. Callers pass views of ordinary memory (also Node's `Buffer`),
 * which TypeScript cannot tell from shared ones.
 */
export function toBufferSource(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}

/** SHA-256, 32 bytes. */
export async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', toBufferSource(bytes)));
}

/** By its form: a key may come out of another realm, where `instanceof` says no. */
const isCryptoKey = (key: unknown): key is CryptoKey =>
  typeof key === 'object' && key !== null && typeof (key as { algorithm?: { name?: unknown } }).algorithm?.name === 'string';

/**
 * For what only Web Crypto does here: sealing, proofs, vouchers.
 *
 * @throws {AttestationError} PROVINCE_KEY_INVALID for a key that another platform imported
 */
export function toCryptoKey(key: unknown): CryptoKey {
  if (!isCryptoKey(key)) throw new AttestationError('PROVINCE_KEY_INVALID', 'key was imported by a platform without Web Crypto');
  return key;
}

/** Web Crypto's names for RFC 7518 3.4 (ES256) and RFC 9864 2.2 (Ed25519). */
const SIGNATURE_PARAMETERS: Readonly<Record<SignatureAlgorithm, AlgorithmIdentifier | EcdsaParams>> = {
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  Ed25519: { name: 'Ed25519' },
};

/** Both algorithms sign with two 32-byte values: r || s (RFC 7518 3.4), R || S (RFC 8032 5.1.6). */
const SIGNATURE_BYTES = 64;

/**
 * Whether the signature fits, and nothing else: neither whose key it is nor what was signed. `false` also for a
 * signature of another length (a DER one, for example) and for a key of another algorithm.
 */
export async function verifySignature(
  algorithm: SignatureAlgorithm,
  key: unknown,
  signingInput: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const parameters = SIGNATURE_PARAMETERS[algorithm];
  if (signature.length !== SIGNATURE_BYTES) return false;
  if (!isCryptoKey(key) || key.algorithm.name !== (typeof parameters === 'string' ? parameters : parameters.name)) return false;
  return crypto.subtle.verify(parameters, key, toBufferSource(signature), toBufferSource(signingInput));
}
