import type { Charset } from './charset.js';

const gbkBytes = new Map<string, readonly [number, number]>();

/** GBK has no encoder in Node: its decoder, turned round once. */
function fillGbk(): void {
  const decoder = new TextDecoder('gbk');
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      const character = decoder.decode(Uint8Array.of(lead, trail));
      if (character.length === 1 && character !== '\ufffd' && !gbkBytes.has(character)) gbkBytes.set(character, [lead, trail]);
    }
  }
}

/** Text as a local system sends it. For stand-ins: characters that GBK does not have become question marks. */
export function encodeText(text: string, charset: Charset): Uint8Array {
  if (charset === 'utf-8') return Buffer.from(text);
  if (gbkBytes.size === 0) fillGbk();
  return Uint8Array.from(Array.from(text).flatMap((character) => (character < '\u0080' ? [character.charCodeAt(0)] : [...(gbkBytes.get(character) ?? [0x3f])])));
}

/** One row of delimited text (RFC 4180). */
export function formatRow(fields: readonly string[], delimiter: string): string {
  return fields.map((field) => (field.includes(delimiter) || /["\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(delimiter);
}
