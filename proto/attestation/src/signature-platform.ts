import { importJWK } from 'jose';

import type { SignatureAlgorithm } from './attestation.js';
import { sha256, verifySignature } from './web-crypto.js';

/** A registered public key by its point alone (RFC 7518 6.2, RFC 8037 2); every member was checked before. */
export interface PublicPointJwk {
  readonly kty: 'EC' | 'OKP';
  readonly crv: 'P-256' | 'Ed25519';
  readonly x: string;
  /** Of `EC` alone. */
  readonly y?: string;
}

/**
 * What verifying needs of the platform. {@link WEB_CRYPTO} wherever there is Web Crypto; a mini-program without one hands in
 * its own, over whatever library it has. Everything else of verifying and deciding asks nothing of the platform.
 */
export interface SignaturePlatform {
  /** Whatever {@link SignaturePlatform.verify} takes as a key. Rejects a point that is not on its curve. */
  importKey(jwk: PublicPointJwk, algorithm: SignatureAlgorithm | 'ECDH-ES'): Promise<unknown>;
  /**
   * Whether the signature fits: r || s of ECDSA over SHA-256 (RFC 7518 3.4) or Ed25519 (RFC 8032). Of ECDSA both s and n − s are
   * taken, as Web Crypto does. `false`, never a rejection, for a signature of another length. A library that does it at once says so at
   * once: nobody waits for a promise then.
   */
  verify(algorithm: SignatureAlgorithm, key: unknown, signingInput: Uint8Array, signature: Uint8Array): boolean | Promise<boolean>;
  /** 32 bytes. */
  sha256(bytes: Uint8Array): Promise<Uint8Array>;
}

/** Web Crypto, of Node and of browsers. */
export const WEB_CRYPTO: SignaturePlatform = Object.freeze({
  importKey: (jwk: PublicPointJwk, algorithm: SignatureAlgorithm | 'ECDH-ES') => importJWK({ ...jwk, alg: algorithm }, algorithm),
  verify: verifySignature,
  sha256,
});
