import { hash } from 'node:crypto';
import type { AttestationKind } from '@health-code/attestation';

/**
 * SHA-256 as a 32 character latin1 string, one character a byte. Measured on Node 20 for a 650 byte token: 0.6 µs, against
 * 1.4 µs for `crypto.hash(…, 'buffer')` and 2.1 µs for `createHash().update().digest()`: making a Buffer costs more than
 * the hash itself, a short one-byte string next to nothing (ratio 1 : 2.4 : 3.6).
 */
export const digestOf = (text: Uint8Array | string): string => hash('sha256', text, 'binary');

/**
 * What statements about one person and of one kind have in common. Of a health status it is the digest of the reference
 * alone, which costs no text of its own; no reference contains the separator, so that no two keys are alike.
 */
export const subjectKeyOf = (subject: string, kind: AttestationKind): string =>
  digestOf(kind === 'health-status' ? subject : `${kind}\0${subject}`);

/** The same form of a digest that is at hand as bytes. */
export const digestFromBytes = (digest: Uint8Array): string =>
  Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength).toString('latin1');

/** Word `position` (0 to 7) of a digest as an unsigned 32 bit number. */
export const digestWord = (digest: string, position: number): number => {
  const at = position * 4;
  return (digest.charCodeAt(at) | (digest.charCodeAt(at + 1) << 8) | (digest.charCodeAt(at + 2) << 16) | (digest.charCodeAt(at + 3) << 24)) >>> 0;
};
