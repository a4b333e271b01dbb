import { X509Certificate } from 'node:crypto';
import { DEVELOPMENT_MEMBER, DEVELOPMENT_OID, DEVELOPMENT_TAG } from '@health-code/messages';

/** X.690 8.19: one arc in groups of seven bits, the last one alone without the high bit. */
function encodeArc(arc: number): readonly number[] {
  const groups = [arc & 0x7f];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) groups.unshift((rest & 0x7f) | 0x80);
  return groups;
}

/** X.690 8.19: an object identifier as it stands in a certificate, tag and length included. Under 128 bytes. */
export function encodeObjectIdentifier(identifier: string): Buffer {
  const [first = 0, second = 0, ...arcs] = identifier.split('.').map(Number);
  const content = [first * 40 + second, ...arcs].flatMap(encodeArc);
  return Buffer.from([0x06, content.length, ...content]);
}

const DEVELOPMENT_MARK = encodeObjectIdentifier(DEVELOPMENT_OID);

/** Every certificate of a PEM text. @throws Error where one cannot be read */
export function parseCertificates(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/**
 * Whether a certificate in DER was made for development. DER has one encoding of an object identifier: where its bytes do not
 * stand, neither does the extension, whatever else its maker has hidden it in.
 */
export const isDevelopmentCertificate = (der: Uint8Array): boolean => Buffer.from(der.buffer, der.byteOffset, der.byteLength).includes(DEVELOPMENT_MARK);

/** Whether a key file in JSON says of itself that it was made for development. False for what is no JSON. */
export function isDevelopmentKeyFile(text: string): boolean {
  try {
    return (JSON.parse(text) as Readonly<Record<string, unknown>> | null)?.[DEVELOPMENT_MEMBER] === true;
  } catch {
    return false;
  }
}

/** Whether NATS credentials (a user's JWT and its seed) carry the tag of development. False where no JWT is found. */
export function isDevelopmentCredentials(creds: string): boolean {
  const payload = /-----BEGIN NATS USER JWT-----\s*[\w-]+\.([\w-]+)\.[\w-]+\s*-+END NATS USER JWT-+/.exec(creds)?.[1];
  if (payload === undefined) return false;
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { readonly nats?: { readonly tags?: unknown } };
    return Array.isArray(claims.nats?.tags) && claims.nats.tags.includes(DEVELOPMENT_TAG);
  } catch {
    return false;
  }
}
