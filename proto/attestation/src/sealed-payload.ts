import { compactDecrypt, CompactEncrypt, decodeProtectedHeader, type CryptoKey } from 'jose';

import { AttestationError } from './errors.js';
import type { ProvinceKey, SealedKey } from './province-key.js';
import { toCryptoKey } from './web-crypto.js';

/** Largest JWE opened, in characters; a NATS message is no larger. */
export const SEALED_PAYLOAD_MAX_BYTES = 1024 * 1024;

const CONTENT_ENCRYPTION = 'A256GCM';

/**
 * Seals personal data on its way to one province: compact JWE, ECDH-ES (RFC 7518 4.6) and A256GCM, `kid` in the header.
 *
 * @throws {AttestationError} PROVINCE_KEY_INVALID for a key that is not for encryption.
 */
export async function sealFor(key: ProvinceKey, plaintext: Uint8Array): Promise<string> {
  if (key.use !== 'enc') throw new AttestationError('PROVINCE_KEY_INVALID', 'key is not for encryption');
  return new CompactEncrypt(plaintext)
    .setProtectedHeader({ alg: 'ECDH-ES', enc: CONTENT_ENCRYPTION, kid: key.kid })
    .encrypt(toCryptoKey(key.key));
}

/** @throws {AttestationError} SEALED_PAYLOAD_INVALID for another key, another algorithm or any change. */
export async function openSealed(jwe: string, privateKey: SealedKey): Promise<Uint8Array> {
  const header = ['alg', 'enc', 'epk', 'kid'];
  return open(jwe, privateKey.key, 'ECDH-ES', header, (kid) => kid === privateKey.kid);
}

/**
 * Seals the answer under the secret the question carried: compact JWE, `dir` and A256GCM.
 *
 * @throws {AttestationError} SEALED_PAYLOAD_INVALID when the secret is not 32 bytes.
 */
export async function sealWithSecret(secret: Uint8Array, plaintext: Uint8Array): Promise<string> {
  requireSecret(secret);
  return new CompactEncrypt(plaintext).setProtectedHeader({ alg: 'dir', enc: CONTENT_ENCRYPTION }).encrypt(secret);
}

/** @throws {AttestationError} SEALED_PAYLOAD_INVALID for another secret, another algorithm or any change. */
export async function openWithSecret(jwe: string, secret: Uint8Array): Promise<Uint8Array> {
  requireSecret(secret);
  return open(jwe, secret, 'dir', ['alg', 'enc'], (kid) => kid === undefined);
}

async function open(
  jwe: string,
  key: CryptoKey | Uint8Array,
  algorithm: 'ECDH-ES' | 'dir',
  members: readonly string[],
  isExpectedKid: (kid: unknown) => boolean,
): Promise<Uint8Array> {
  if (jwe.length > SEALED_PAYLOAD_MAX_BYTES) throw new AttestationError('SEALED_PAYLOAD_INVALID', 'payload is too large');
  try {
    // Before any decryption: an unknown member (zip, crit, p2c) is a way to make the receiver work.
    const header = decodeProtectedHeader(jwe);
    if (Object.keys(header).some((member) => !members.includes(member))) throw new Error('unknown header member');
    if (!isExpectedKid(header.kid)) throw new Error('sealed for another key');
    const { plaintext } = await compactDecrypt(jwe, key, {
      keyManagementAlgorithms: [algorithm],
      contentEncryptionAlgorithms: [CONTENT_ENCRYPTION],
    });
    return plaintext;
  } catch (cause) {
    throw new AttestationError('SEALED_PAYLOAD_INVALID', 'payload does not open with this key', { cause });
  }
}

function requireSecret(secret: Uint8Array): void {
  if (secret.length !== 32) throw new AttestationError('SEALED_PAYLOAD_INVALID', 'secret is not 32 bytes');
}
