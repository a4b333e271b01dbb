import { Unzlib, zlibSync } from 'fflate';

import { decodeBase64Url, encodeBase64Url } from '../base64url.js';
import { AttestationError } from '../errors.js';
import { StatusBits, type BitsPerStatus } from './status-bits.js';

/** Claim `status_list` (Token Status List 4.2). */
export interface StatusListClaim {
  readonly bits: BitsPerStatus;
  /** base64url of the bytes in ZLIB (RFC 1950) with DEFLATE. */
  readonly lst: string;
}

/** Compressed bytes looked at in one step: what one step can come to is bounded by it, DEFLATE growing at most 1032-fold. */
const STEP_BYTES = 1024;

const BEST = 9;

/** For publishing: compressed as far as it goes, because one signs and everybody loads. */
export function compressStatusBits(bits: StatusBits): StatusListClaim {
  return { bits: bits.bitsPerStatus, lst: encodeBase64Url(zlibSync(bits.bytes, { level: BEST })) };
}

/**
 * Attacker-controlled input, even when signed: an issuer may be careless.
 *
 * @param limitBytes most bytes taken, uncompressed; no more than a step beyond it is ever inflated.
 * @throws {AttestationError} STATUS_LIST_INVALID, STATUS_LIST_TOO_LARGE
 */
export function inflateStatusBits({ bits, lst }: StatusListClaim, limitBytes: number): StatusBits {
  const compressed = decodeBase64Url(lst);
  if (compressed === undefined || compressed.length === 0) throw new AttestationError('STATUS_LIST_INVALID', 'lst is not base64url');
  return StatusBits.fromBytes(inflate(compressed, limitBytes), bits);
}

function inflate(compressed: Uint8Array, limitBytes: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const inflater = new Unzlib((part) => {
    length += part.length;
    if (length > limitBytes) throw new AttestationError('STATUS_LIST_TOO_LARGE', 'a list of more entries than any may have');
    parts.push(part);
  });
  try {
    for (let at = 0; at < compressed.length; at += STEP_BYTES) {
      inflater.push(compressed.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= compressed.length);
    }
  } catch (cause) {
    if (cause instanceof AttestationError) throw cause;
    throw new AttestationError('STATUS_LIST_INVALID', 'lst does not inflate', { cause });
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
