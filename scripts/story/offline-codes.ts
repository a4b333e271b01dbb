import { createHash, generateKeyPairSync, sign } from 'node:crypto';

/** Order of P-256 (SEC 2, 2.4.2). */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF = 32;

interface Parts {
  readonly header: string;
  readonly payload: string;
  readonly signature: Buffer;
  /** With its `~`. */
  readonly disclosures: string;
}

function partsOf(presentation: string): Parts {
  const end = presentation.indexOf('~');
  const [token, disclosures] = end < 0 ? [presentation, ''] : [presentation.slice(0, end), presentation.slice(end)];
  const [header = '', payload = '', signature = ''] = token.split('.');
  return { header, payload, signature: Buffer.from(signature, 'base64url'), disclosures };
}

const join = ({ header, payload, signature, disclosures }: Parts): string => `${header}.${payload}.${signature.toString('base64url')}${disclosures}`;

/** One bit of the signature is another. */
export function withFlippedSignature(presentation: string): string {
  const parts = partsOf(presentation);
  const signature = Buffer.from(parts.signature);
  signature[20] = (signature[20] ?? 0) ^ 1;
  return join({ ...parts, signature });
}

/**
 * The other signature that fits the same words under the same key (ECDSA: n − s for s). Whoever shows it says nothing new: it has to be
 * judged exactly as the first.
 */
export function withTwinSignature(presentation: string): string {
  const parts = partsOf(presentation);
  const s = BigInt(`0x${parts.signature.subarray(HALF).toString('hex')}`);
  const other = Buffer.from((P256_ORDER - s).toString(16).padStart(2 * HALF, '0'), 'hex');
  return join({ ...parts, signature: Buffer.concat([parts.signature.subarray(0, HALF), other]) });
}

/** The same words, with another colour in their payload, under the signature of the first. */
export function withOtherStatus(presentation: string, from: string, to: string): string {
  const parts = partsOf(presentation);
  const said = Buffer.from(parts.payload, 'base64url').toString();
  const changed = said.replace(`"${from}"`, `"${to}"`);
  if (changed === said) throw new Error(`the attestation does not say ${from}`);
  return join({ ...parts, payload: Buffer.from(changed).toString('base64url') });
}

/**
 * The same words, signed by somebody else: under the kid of the key that signed them (`borrowed`), or under that of a key that no
 * province has (`own`).
 */
export function withForeignKey(presentation: string, kid: 'borrowed' | 'own'): string {
  const parts = partsOf(presentation);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' });
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  const said = Buffer.from(parts.header, 'base64url').toString();
  const header = kid === 'borrowed' ? parts.header : Buffer.from(said.replace(/"kid":"[^"]+"/, `"kid":"${thumbprint}"`)).toString('base64url');
  const signature = sign('sha256', Buffer.from(`${header}.${parts.payload}`), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return join({ ...parts, header, signature });
}

/** What a scanner gives that was taken away too early. */
export const truncated = (text: string): string => text.slice(0, Math.floor(text.length * 0.6));

/** Codes of other systems that people show: by whom, and the text. */
export const OTHER_SYSTEMS: Readonly<Record<string, string>> = {
  'EU digital certificate': 'HC1:6BF+70790T9WJWG.FKY*4GO0.O1CV2*DH1TQ5EW47G41O1%HB',
  'SMART health card': 'shc:/567629595326546034602925407728043360287028647167452228092861333145643765314159064022030645045908564355034142454136403706',
  'web address': 'https://example.com/menu?table=7',
  'WeChat payment': 'wxp://f2f0QMZ2lQpOy0y5wX6tBhA3m1nRrTqJkV9e',
  'Alipay payment': '281234567890123456',
};
