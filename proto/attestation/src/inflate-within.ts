/** What takes compressed bytes in steps and hands out what they come to: `Inflate`, `Unzlib` of fflate. */
export interface Inflater {
  /** @throws where the bytes are not compressed ones, or end too early. */
  push(compressed: Uint8Array, isLast: boolean): void;
}

/** DEFLATE grows at most 1032-fold: no more than a megabyte comes of one step. */
const STEP_BYTES = 1024;

/**
 * Attacker-controlled input: a decompression bomb is given up one step after its limit. `undefined` for what does not inflate.
 *
 * @param create makes an inflater that hands its output to `take`
 */
export function inflateWithin(
  limitBytes: number,
  compressed: Uint8Array,
  create: (take: (part: Uint8Array) => void) => Inflater,
): Uint8Array | 'too-long' | undefined {
  const parts: Uint8Array[] = [];
  let length = 0;
  const inflater = create((part) => {
    parts.push(part);
    length += part.length;
  });
  for (let at = 0; at < compressed.length; at += STEP_BYTES) {
    try {
      inflater.push(compressed.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= compressed.length);
    } catch {
      // Which of the library's errors it is says nothing to anybody.
      return length > limitBytes ? 'too-long' : undefined;
    }
    if (length > limitBytes) return 'too-long';
  }
  return concatenated(parts, length);
}

function concatenated(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
