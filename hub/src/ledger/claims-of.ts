import { readPayload, type Attestation } from '@health-code/attestation';

const DOT = 0x2e;

/**
 * The claims of a token that the ledger holds, byte for byte: it was parsed and verified on arrival, so nothing is checked.
 * Buffer decodes base64url in a fifth of the time of the strict parser.
 */
export function claimsOf(token: Uint8Array): Attestation {
  const bytes = Buffer.from(token.buffer, token.byteOffset, token.byteLength);
  const payload = bytes.toString('latin1', bytes.indexOf(DOT) + 1, bytes.lastIndexOf(DOT));
  return readPayload(Buffer.from(payload, 'base64url').toString());
}
