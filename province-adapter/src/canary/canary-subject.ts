import { createHmac, hkdfSync } from 'node:crypto';
import { parseSubjectReference, type ProvinceCode, type SubjectKey } from '@health-code/attestation';
import type { CanaryName } from '@health-code/messages';

/**
 * The subject reference of a canary. Made with a key derived from the shared one for this alone (HKDF, RFC 5869), so that it
 * is the reference of no identity document, and stands to none in any way that could be found out.
 */
export function createCanarySubject(province: ProvinceCode, name: CanaryName, key: SubjectKey): string {
  const secret = new Uint8Array(hkdfSync('sha256', key.secret, new Uint8Array(), 'health-code canary', 32));
  return parseSubjectReference(`${String(key.version)}.${createHmac('sha256', secret).update(`${province}:${name}`).digest('base64url')}`);
}
