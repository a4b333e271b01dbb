import { encodeBase64Url } from './base64url.js';
import { AttestationError } from './errors.js';
import type { IdentityDocument } from './identity-document.js';
import { toBufferSource } from './web-crypto.js';

/** Secret shared by the provinces' adapters; no hub and no checkpoint holds it. */
export interface SubjectKey {
  /** 1 to 9999; stands in every reference made with this key. */
  readonly version: number;
  /** At least 32 bytes. */
  readonly secret: Uint8Array;
}

const MINIMUM_SECRET_BYTES = 32;

/** Version, then 32 bytes in canonical base64url: the last of 43 characters carries only four bits. */
const FORM = /^[1-9]\d{0,3}\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/**
 * 主体标识: `<key version>.<HMAC-SHA-256 over "type:number">`. The same document gives the same reference in every
 * province; without the key it cannot be tried out against identity numbers.
 *
 * @throws {AttestationError} SUBJECT_REFERENCE_INVALID for a key with another version or a short secret.
 */
export async function createSubjectReference(document: IdentityDocument, key: SubjectKey): Promise<string> {
  if (key.secret.length < MINIMUM_SECRET_BYTES) {
    throw new AttestationError('SUBJECT_REFERENCE_INVALID', 'subject key is shorter than 32 bytes');
  }
  const parameters = { name: 'HMAC', hash: 'SHA-256' };
  const secret = await crypto.subtle.importKey('raw', toBufferSource(key.secret), parameters, false, ['sign']);
  const text = new TextEncoder().encode(`${document.type}:${document.number}`);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', secret, text));
  return parseSubjectReference(`${String(key.version)}.${encodeBase64Url(mac)}`);
}

/** Whether the text has the one form of a subject reference. */
export function isSubjectReference(text: string): boolean {
  return FORM.test(text);
}

/** @throws {AttestationError} SUBJECT_REFERENCE_INVALID */
export function parseSubjectReference(text: string): string {
  if (!isSubjectReference(text)) throw new AttestationError('SUBJECT_REFERENCE_INVALID', 'not a subject reference');
  return text;
}
