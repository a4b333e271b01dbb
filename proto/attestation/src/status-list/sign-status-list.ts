import { CompactSign } from 'jose';

import type { SigningKey } from '../province-key.js';
import { compressStatusBits, type Compress } from './compress-status-bits.js';
import type { StatusBits } from './status-bits.js';
import { statusListUri } from './status-list-place.js';
import { parseDeltaClaims, parseListClaims } from './status-list-claims.js';
import { STATUS_LIST_DELTA_TYPE, STATUS_LIST_TYPE, type StatusListDeltaTerms, type StatusListTerms } from './status-list.js';

/**
 * One list as a JWT (Token Status List 5.1), checked like a received one, so that nothing is signed that is then refused.
 *
 * @param compress the platform's own, where it has one: the list is shorter by an eighth.
 * @throws {AttestationError} STATUS_LIST_INVALID
 */
export async function signStatusList(bits: StatusBits, terms: StatusListTerms, key: SigningKey, compress?: Compress): Promise<string> {
  // What is set while the digest is taken is for the next version.
  const signed = bits.clone();
  const claims = parseListClaims({
    iss: terms.issuer,
    sub: statusListUri(terms.issuer, terms.shard),
    iat: terms.issuedAt,
    exp: terms.expiresAt,
    ttl: terms.ttl,
    ver: terms.version,
    dig: await signed.digest(),
    status_list: await compressStatusBits(signed, compress),
  });
  return sign(claims, STATUS_LIST_TYPE, key);
}

/** @throws {AttestationError} STATUS_LIST_INVALID */
export async function signStatusListDelta(delta: StatusListDeltaTerms, key: SigningKey): Promise<string> {
  const claims = parseDeltaClaims({
    iss: delta.issuer,
    sub: statusListUri(delta.issuer, delta.shard),
    iat: delta.issuedAt,
    exp: delta.expiresAt,
    from: delta.from,
    ver: delta.version,
    size: delta.size,
    chg: delta.changes,
    dig: delta.digest,
  });
  return sign(claims, STATUS_LIST_DELTA_TYPE, key);
}

const sign = (claims: object, typ: string, key: SigningKey): Promise<string> =>
  new CompactSign(new TextEncoder().encode(JSON.stringify(claims))).setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ }).sign(key.key);
