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
  const bytes = inflateWithin(limitBytes, compressed, (take) => new Unzlib(take));
  if (bytes === undefined) throw new AttestationError('STATUS_LIST_INVALID', 'lst does not inflate');
  if (bytes === 'too-long') throw new AttestationError('STATUS_LIST_TOO_LARGE', 'a list of more entries than any may have');
  return StatusBits.fromBytes(bytes, bits);
}
