/** A field of a protobuf message as it stands on the wire: varints as numbers, everything delimited as bytes. */
export interface WireField {
  readonly number: number;
  readonly value: number | Buffer;
}

const VARINT = 0;
const DELIMITED = 2;

function readVarint(bytes: Uint8Array, from: number): readonly [value: number, next: number] {
  let value = 0;
  for (let at = from, weight = 1; at < bytes.length; at += 1, weight *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * weight;
    if (byte < 0x80) return [value, at + 1];
  }
  throw new RangeError('a varint ends with the message');
}

/** The fields of a message (protobuf encoding), in order. @throws RangeError for another wire type, or for bytes that end early */
export function wireFields(bytes: Uint8Array): readonly WireField[] {
  const fields: WireField[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [key, afterKey] = readVarint(bytes, at);
    const [value, next] = readVarint(bytes, afterKey);
    const number = Math.floor(key / 8);
    if (key % 8 === VARINT) {
      fields.push({ number, value });
      at = next;
    } else if (key % 8 === DELIMITED && next + value <= bytes.length) {
      fields.push({ number, value: Buffer.from(bytes.subarray(next, next + value)) });
      at = next + value;
    } else {
      throw new RangeError('a wire type that these messages do not have, or a field that ends with the message');
    }
  }
  return fields;
}
