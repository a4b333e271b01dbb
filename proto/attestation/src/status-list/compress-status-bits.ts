import { Unzlib, zlibSync } from 'fflate';

import { decodeBase64Url, encodeBase64Url } from '../base64url.js';
import { AttestationError } from '../errors.js';
import { inflateWithin } from '../inflate-within.js';
import { StatusBits, type BitsPerStatus } from './status-bits.js';

/** Claim `status_list` (Token Status List 4.2). */
export interface StatusListClaim {
  readonly bits: BitsPerStatus;
  /** base64url of the bytes in ZLIB (RFC 1950) with DEFLATE. */
  readonly lst: string;
}

const BEST = 9;

/** Bytes to ZLIB (RFC 1950) of the best level: that of the platform, where it has one. */
export type Compress = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** In plain JavaScript, on every platform: about a seventh longer than what zlib makes of the same list. */
export const compressInPlace: Compress = (bytes) => zlibSync(bytes, { level: BEST });

/** For publishing: compressed as far as it goes, because one signs and everybody loads. */
export async function compressStatusBits(bits: StatusBits, compress: Compress = compressInPlace): Promise<StatusListClaim> {
  return { bits: bits.bitsPerStatus, lst: encodeBase64Url(await compress(bits.bytes)) };
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
  const bytes = inflateWithin(limitBytes, compressed, (take) => new Unzlib(take));
  if (bytes === undefined) throw new AttestationError('STATUS_LIST_INVALID', 'lst does not inflate');
  if (bytes === 'too-long') throw new AttestationError('STATUS_LIST_TOO_LARGE', 'a list of more entries than any may have');
  return StatusBits.fromBytes(bytes, bits);
}
