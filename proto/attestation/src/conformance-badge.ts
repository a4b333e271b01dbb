import { compactVerify, CompactSign, type CryptoKey } from 'jose';
import { z } from 'zod';

import type { SignatureAlgorithm } from './attestation.js';
import { AttestationError } from './errors.js';
import { isProvinceCode } from './province.js';
import type { SigningKey } from './province-key.js';

const seconds = z.int().min(0);

const BADGE = z.strictObject({
  province: z.string().refine(isProvinceCode),
  adapterVersion: z.string().min(1).max(64),
  protocolVersion: z.int().min(1),
  suiteVersion: z.string().min(1).max(32),
  /** SHA-256 over the report's JWS, hexadecimal. */
  reportDigest: z.string().regex(/^[0-9a-f]{64}$/),
  iat: seconds,
  exp: seconds,
});

/** 符合性证书: the hub's word that it saw a complete, passed report of this version of an adapter. Times in seconds. */
export type ConformanceBadge = z.infer<typeof BADGE>;

/** A public key of the hub. */
export interface HubKey {
  readonly kid: string;
  readonly algorithm: SignatureAlgorithm;
  readonly key: CryptoKey;
}

const BADGE_TYPE = 'conformance-badge+jwt';

const invalid = (why: string, options?: ErrorOptions): AttestationError => new AttestationError('CONFORMANCE_BADGE_INVALID', why, options);

/** Compact JWS by the hub. */
export function signConformanceBadge(badge: ConformanceBadge, key: SigningKey): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(badge)))
    .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: BADGE_TYPE })
    .sign(key.key);
}

/**
 * The badge of `province`, if it is in force at `now` (seconds since the epoch).
 *
 * @throws {AttestationError} CONFORMANCE_BADGE_INVALID, CONFORMANCE_BADGE_EXPIRED
 */
export async function verifyConformanceBadge(token: string, hubKeys: readonly HubKey[], province: string, now: number): Promise<ConformanceBadge> {
  let json: unknown;
  try {
    const { payload } = await compactVerify(token, ({ kid, typ, alg }) => {
      const known = hubKeys.find((candidate) => candidate.kid === kid);
      if (known === undefined || typ !== BADGE_TYPE || alg !== known.algorithm) throw new Error('no key of the hub');
      return known.key;
    });
    json = JSON.parse(new TextDecoder().decode(payload));
  } catch (cause) {
    throw invalid('not signed by the hub, or changed since', { cause });
  }
  const parsed = BADGE.safeParse(json);
  if (!parsed.success || parsed.data.province !== province) throw invalid('of another form, or about another province');
  if (now >= parsed.data.exp) throw new AttestationError('CONFORMANCE_BADGE_EXPIRED', 'the badge has ended');
  return parsed.data;
}
