import { isCompactCode, unpackPresentation } from '@health-code/attestation';

/**
 * What was shown as an attestation, in its own form: 压缩码 is another writing of the same text, whatever shows it.
 * @throws AttestationError COMPACT_CODE_INVALID
 */
export function presentationOf(shown: Uint8Array): Uint8Array {
  if (!isCompactCode(shown)) return shown;
  return Buffer.from(unpackPresentation(Buffer.from(shown.buffer, shown.byteOffset, shown.byteLength).toString('latin1')), 'latin1');
}
