import { z } from 'zod';

import { CLOCK_TOLERANCE_SECONDS, SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from '../attestation.js';
import { decodeBase64Url } from '../base64url.js';
import { AttestationError } from '../errors.js';
import type { ProvinceKey, ProvinceKeyRing } from '../province-key.js';
import { isProvinceCode, type ProvinceCode } from '../province.js';
import { WEB_CRYPTO, type SignaturePlatform } from '../signature-platform.js';
import { inflateStatusBits } from './compress-status-bits.js';
import { BITS_PER_STATUS } from './status-bits.js';
import { parseDeltaClaims, parseListClaims } from './status-list-claims.js';
import { parseStatusListUri, SHARD_ENTRIES } from './status-list-place.js';
import { STATUS_LIST_DELTA_TYPE, STATUS_LIST_TYPE, type StatusList, type StatusListDelta } from './status-list.js';

/** How a list is verified. */
export interface StatusListOptions {
  /** {@link WEB_CRYPTO} where absent. */
  readonly platform?: SignaturePlatform;
  /** Most bytes of a list, uncompressed; those of a full shard where absent. */
  readonly limitBytes?: number;
}

/** A full list of two bits each. */
const FULL_LIST_BYTES = (SHARD_ENTRIES * BITS_PER_STATUS) / 8;

/** What does not compress is written in base64url twice over, the second time with the other claims. */
const longestToken = (limitBytes: number): number => Math.ceil((limitBytes * 16) / 9) + 8192;

const HEADER = z.strictObject({ alg: z.enum(SIGNATURE_ALGORITHMS), kid: z.string(), typ: z.string() });

/**
 * Attacker-controlled input, from wherever it comes. A list counts as its issuer's word alone: signed with the issuer's
 * registered key, never one that it brings itself.
 *
 * @param now seconds since the epoch
 * @throws {AttestationError} STATUS_LIST_TOO_LARGE, STATUS_LIST_INVALID, STATUS_LIST_KEY_UNKNOWN, STATUS_LIST_ISSUER_MISMATCH,
 * STATUS_LIST_KEY_REVOKED, STATUS_LIST_SIGNATURE_INVALID, STATUS_LIST_EXPIRED, STATUS_LIST_DIGEST_MISMATCH
 */
export async function verifyStatusList(token: string, ring: ProvinceKeyRing, now: number, options: StatusListOptions = {}): Promise<StatusList> {
  const { platform = WEB_CRYPTO, limitBytes = FULL_LIST_BYTES } = options;
  const unverified = parseToken(token, STATUS_LIST_TYPE, limitBytes);
  const claims = parseListClaims(unverified.payload);
  const { issuer, shard } = await verifyToken(unverified, claims, ring, now, platform);
  // After the signature: nobody but a registered province can make anybody inflate anything.
  const bits = inflateStatusBits(claims.status_list, Math.min(limitBytes, FULL_LIST_BYTES));
  if ((await bits.digest(platform)) !== claims.dig) throw new AttestationError('STATUS_LIST_DIGEST_MISMATCH', 'the bits are not those of the digest');
  const { sub: uri, ver: version, iat: issuedAt, exp: expiresAt, ttl, dig: digest } = claims;
  return { uri, issuer, shard, version, issuedAt, expiresAt, ttl, bits, digest };
}

/** {@link verifyStatusList} for a delta. Whether it leads on from what is held is for `applyDelta`. */
export async function verifyStatusListDelta(token: string, ring: ProvinceKeyRing, now: number, options: StatusListOptions = {}): Promise<StatusListDelta> {
  const { platform = WEB_CRYPTO, limitBytes = FULL_LIST_BYTES } = options;
  const unverified = parseToken(token, STATUS_LIST_DELTA_TYPE, limitBytes);
  const claims = parseDeltaClaims(unverified.payload);
  const { issuer, shard } = await verifyToken(unverified, claims, ring, now, platform);
  const { sub: uri, from, ver: version, iat: issuedAt, exp: expiresAt, size, chg: changes, dig: digest } = claims;
  return { uri, issuer, shard, from, version, issuedAt, expiresAt, size, changes, digest };
}

interface UnverifiedToken {
  readonly algorithm: SignatureAlgorithm;
  readonly kid: string;
  readonly payload: unknown;
  readonly signingInput: Uint8Array;
  readonly signature: Uint8Array;
}

function parseToken(token: string, type: string, limitBytes: number): UnverifiedToken {
  if (token.length > longestToken(limitBytes)) throw new AttestationError('STATUS_LIST_TOO_LARGE', 'text is too long');
  const segments = token.split('.', 4);
  const [headerBytes, payloadBytes, signature] = segments.map(decodeBase64Url);
  if (segments.length !== 3 || headerBytes === undefined || payloadBytes === undefined || signature === undefined) throw invalid('not three segments of base64url');
  const header = HEADER.safeParse(parseJson(headerBytes));
  if (!header.success) throw invalid('header not as specified');
  if (header.data.typ !== type) throw invalid(`typ is not ${type}`);
  const signingInput = new TextEncoder().encode(token.slice(0, token.lastIndexOf('.')));
  return { algorithm: header.data.alg, kid: header.data.kid, payload: parseJson(payloadBytes), signingInput, signature };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AttestationError('STATUS_LIST_INVALID', 'not JSON', { cause });
  }
}

interface CommonClaims {
  readonly iss: string;
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
}

async function verifyToken(
  token: UnverifiedToken,
  claims: CommonClaims,
  ring: ProvinceKeyRing,
  now: number,
  platform: SignaturePlatform,
): Promise<{ readonly issuer: ProvinceCode; readonly shard: number }> {
  const key = getKey(token, claims, ring);
  const place = getPlace(claims, key);
  if (key.revokedFrom !== undefined) throw new AttestationError('STATUS_LIST_KEY_REVOKED', 'the key may be in other hands');
  if (!(await platform.verify(token.algorithm, key.key, token.signingInput, token.signature))) {
    throw new AttestationError('STATUS_LIST_SIGNATURE_INVALID', 'signature does not fit');
  }
  // Written so that a clock that is not a number fails them.
  if (!(claims.iat <= now + CLOCK_TOLERANCE_SECONDS)) throw invalid('issued in the future by this clock');
  if (!(now < claims.exp)) throw new AttestationError('STATUS_LIST_EXPIRED', 'the list has run out');
  return place;
}

/** RFC 8725 3.1: the registry says what a key is for and which algorithm it is used with. Whoever gave a key up signs no list any more. */
function getKey(token: UnverifiedToken, { iat }: CommonClaims, ring: ProvinceKeyRing): ProvinceKey {
  const key = ring.find(token.kid);
  if (key?.use !== 'sig' || key.algorithm !== token.algorithm || iat > (key.notAfter ?? Infinity)) {
    throw new AttestationError('STATUS_LIST_KEY_UNKNOWN', 'no key is registered for signing this');
  }
  return key;
}

/** A province can speak only for itself, and of its own attestations. */
function getPlace({ iss, sub }: CommonClaims, key: ProvinceKey): { readonly issuer: ProvinceCode; readonly shard: number } {
  const place = parseStatusListUri(sub);
  if (place === undefined || !isProvinceCode(iss) || iss !== key.province || place.issuer !== iss) {
    throw new AttestationError('STATUS_LIST_ISSUER_MISMATCH', 'key, issuer and list are of different provinces');
  }
  return place;
}

function invalid(message: string): AttestationError {
  return new AttestationError('STATUS_LIST_INVALID', message);
}
