/** RFC 9285 4.2, in the order of the values; also the characters of a QR code's alphanumeric mode (ISO/IEC 18004 7.3.4). */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

const BASE = ALPHABET.length;

const VALUES = new Int8Array(128).fill(-1);
for (let value = 0; value < BASE; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

/** RFC 9285 4: two bytes in three characters, a last one in two. */
export function encodeBase45(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const isPair = at + 1 < bytes.length;
    const value = isPair ? (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0) : (bytes[at] ?? 0);
    text += character(value % BASE) + character(Math.floor(value / BASE) % BASE);
    if (isPair) text += character(Math.floor(value / (BASE * BASE)));
  }
  return text;
}

/**
 * One text for one byte string: `undefined` for another character, lower case included, an impossible length, or a group
 * beyond what its bytes hold (RFC 9285 6). Own code, because what is published as a package takes all of those.
 */
export function decodeBase45(text: string): Uint8Array | undefined {
  const rest = text.length % 3;
  if (rest === 1) return undefined;
  const bytes = new Uint8Array(Math.floor(text.length / 3) * 2 + (rest === 2 ? 1 : 0));
  let position = 0;
  for (let at = 0; at < text.length; at += 3) {
    const isPair = at + 2 < text.length;
    const [first, second, third] = [valueAt(text, at), valueAt(text, at + 1), isPair ? valueAt(text, at + 2) : 0];
    const value = first + second * BASE + third * BASE * BASE;
    if (first < 0 || second < 0 || third < 0 || value > (isPair ? 0xffff : 0xff)) return undefined;
    if (isPair) bytes[position++] = value >> 8;
    bytes[position++] = value & 0xff;
  }
  return bytes;
}

const character = (value: number): string => ALPHABET.charAt(value);

const valueAt = (text: string, at: number): number => VALUES[text.charCodeAt(at)] ?? -1;
