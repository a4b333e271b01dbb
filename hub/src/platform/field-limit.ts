/**
 * More fields than any request within its limits has at its top: a full batch is 1024 codes, and a caller with a few
 * thousand is still told BATCH_TOO_LARGE.
 */
export const MAX_TOP_FIELDS = 8192;

/** Position after the varint at `at`; what runs past the end is for the decoder to refuse. */
function afterVarint(bytes: Uint8Array, at: number): number {
  let next = at;
  while ((bytes[next] ?? 0) >= 0x80) next += 1;
  return next + 1;
}

function readVarint(bytes: Uint8Array, at: number): number {
  let value = 0;
  let scale = 1;
  for (let next = at; next < bytes.length; next += 1, scale *= 128) {
    const byte = bytes[next] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  return value;
}

/**
 * Attacker-controlled input, before it is decoded: 8 MiB of fields of two bytes each would become four million objects,
 * half a gigabyte, and more than a second in which nobody else is answered. Counts the fields of the outermost message
 * alone; those are the ones that repeat without end.
 * @throws RangeError
 */
export function requireFewFields(bytes: Uint8Array): void {
  // No field is shorter than two bytes: the requests of every day are not looked at.
  if (bytes.length <= 2 * MAX_TOP_FIELDS) return;
  let at = 0;
  for (let fields = 0; at < bytes.length; fields += 1) {
    if (fields === MAX_TOP_FIELDS) throw new RangeError(`more than ${String(MAX_TOP_FIELDS)} fields`);
    const wireType = (bytes[at] ?? 0) & 7;
    at = afterVarint(bytes, at);
    if (wireType === 0) at = afterVarint(bytes, at);
    else if (wireType === 1) at += 8;
    else if (wireType === 2) at = afterVarint(bytes, at) + readVarint(bytes, at);
    else if (wireType === 5) at += 4;
  }
}
