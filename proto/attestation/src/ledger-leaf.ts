import { sha256 } from './web-crypto.js';

/** RFC 9162 2.1.1: keeps a leaf from ever being read as an inner node of the tree. */
const LEAF_PREFIX = 0x00;

/**
 * SHA-256(0x00 || salt || content digest), 32 bytes. The salt goes when the attestation is deleted; what stays in the
 * ledger then says nothing about the content.
 */
export function ledgerLeaf(salt: Uint8Array, contentDigest: Uint8Array): Promise<Uint8Array> {
  const leaf = new Uint8Array(1 + salt.length + contentDigest.length);
  leaf[0] = LEAF_PREFIX;
  leaf.set(salt, 1);
  leaf.set(contentDigest, 1 + salt.length);
  return sha256(leaf);
}
