import { AttestationError, parseIdentityDocument } from '@health-code/attestation';
import type { Shown } from './check-result.js';

/** Characters that make a code unreadable for nobody but us: what a copied text brings along at its ends, and full-width forms of a Chinese keyboard. */
const tidy = (text: string): string => text.trim().replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));

/** A resident identity card (GB 11643) whose check digit fits is one, however it came: a card reader types it as a scanner does. */
function readCard(text: string): Shown | undefined {
  try {
    return { kind: 'document', document: parseIdentityDocument('01', text.toUpperCase()), homeProvince: '' };
  } catch (error) {
    if (error instanceof AttestationError) return undefined;
    throw error;
  }
}

/** What a keyboard, a card reader or a clipboard brought. `undefined` for nothing. */
export function readTyped(text: string): Shown | undefined {
  const tidied = tidy(text);
  if (tidied === '') return undefined;
  return readCard(tidied) ?? { kind: 'code', text: tidied, bytes: new TextEncoder().encode(tidied) };
}

/** What a camera or an image held: exactly as it was encoded. */
export const readScanned = (bytes: Uint8Array, text: string): Shown => ({ kind: 'code', bytes, text });

/** @throws {AttestationError} IDENTITY_DOCUMENT_TYPE_UNSUPPORTED, IDENTITY_DOCUMENT_NUMBER_INVALID, IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID */
export function readDocument(type: string, number: string, homeProvince: string): Shown {
  return { kind: 'document', document: parseIdentityDocument(type, tidy(number).replaceAll(' ', '').toUpperCase()), homeProvince };
}
