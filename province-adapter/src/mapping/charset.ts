import { AdapterError, type AdapterErrorCode } from '../errors.js';

/** Labels of the WHATWG Encoding Standard that local systems of the country write. */
export const CHARSETS = ['utf-8', 'gbk', 'gb18030'] as const;

/** One of {@link CHARSETS}. */
export type Charset = (typeof CHARSETS)[number];

/** Encoding Standard §10.1.1: the decoder of GBK is that of gb18030. Node's own of GBK lets the byte 0xFF through. */
const decoderLabel = (charset: Charset): string => (charset === 'gbk' ? 'gb18030' : charset);

/** Bytes that are not of the charset are refused, not replaced. @throws AdapterError `refusal` */
export function decodeText(bytes: Uint8Array, charset: Charset, refusal: AdapterErrorCode): string {
  try {
    return new TextDecoder(decoderLabel(charset), { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // The cause is left out: nothing may quote what could not be read.
    throw new AdapterError(refusal, `not ${charset}`);
  }
}

/** RFC 4648 §4 or §5, strictly: nothing is skipped. Padding may be left out. @throws AdapterError `refusal` */
export function decodeBase64(text: string, alphabet: 'base64' | 'base64url', refusal: AdapterErrorCode): Uint8Array {
  const letters = alphabet === 'base64' ? /^[A-Za-z0-9+/]*={0,2}$/ : /^[A-Za-z0-9_-]*={0,2}$/;
  const bare = text.replace(/=+$/, '');
  const isPadded = bare.length === text.length || text.length % 4 === 0;
  const bytes = Buffer.from(bare, alphabet);
  if (!letters.test(text) || !isPadded || bytes.toString(alphabet).replace(/=+$/, '') !== bare) throw new AdapterError(refusal, `not ${alphabet}`);
  return bytes;
}
