const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** By byte; -1 for every one that is no character of the alphabet. */
const SEXTETS = new Int8Array(256).fill(-1);
for (let value = 0; value < ALPHABET.length; value++) SEXTETS[ALPHABET.charCodeAt(value)] = value;

const ENCODER = new TextEncoder();

/**
 * RFC 4648 §5 without padding, one text for one byte string: `undefined` for padding, spaces, other characters, an
 * impossible length or spare bits that are set. Own code because `atob` and the decoders of the libraries accept all of
 * those, so that one signed token would have many texts; with the checks they lack `atob` also takes 1.2 times as long.
 */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  return decodeBase64UrlBytes(ENCODER.encode(text));
}

/** Bytes that so many characters stand for. */
export const decodedLength = (characters: number): number => Math.floor((characters * 3) / 4);

/**
 * {@link decodeBase64Url} of a text in UTF-8, from `start` up to `end`, exclusive: a byte is read in a third of the time of a character.
 *
 * @param bytes what is returned, {@link decodedLength} long
 */
export function decodeBase64UrlBytes(text: Uint8Array, start = 0, end = text.length, bytes = new Uint8Array(decodedLength(end - start))): Uint8Array<ArrayBuffer> | undefined {
  const rest = (end - start) % 4;
  if (rest === 1) return undefined;
  const whole = end - rest;
  let position = 0;
  for (let index = start; index < whole; index += 4) {
    const quartet = (sextetAt(text, index) << 18) | (sextetAt(text, index + 1) << 12) | (sextetAt(text, index + 2) << 6) | sextetAt(text, index + 3);
    // One that is none is -1, and so makes all of it negative.
    if (quartet < 0) return undefined;
    bytes[position] = quartet >> 16;
    bytes[position + 1] = quartet >> 8;
    bytes[position + 2] = quartet;
    position += 3;
  }
  if (rest === 0) return bytes;
  const last = (sextetAt(text, whole) << 12) | (sextetAt(text, whole + 1) << 6) | (rest === 3 ? sextetAt(text, whole + 2) : 0);
  const isSpareSet = (last & (rest === 3 ? 0x3 : 0x3ff)) !== 0;
  if (last < 0 || isSpareSet) return undefined;
  bytes[position] = last >> 10;
  if (rest === 3) bytes[position + 1] = last >> 2;
  return bytes;
}

/** -1 for every other character. */
function sextetAt(text: Uint8Array, index: number): number {
  return SEXTETS[text[index] ?? 0] ?? -1;
}

const MAXIMUM_CHUNK = 8192;

/** RFC 4648 §5 without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += MAXIMUM_CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + MAXIMUM_CHUNK));
  }
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
