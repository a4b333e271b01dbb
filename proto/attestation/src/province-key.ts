import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { z } from 'zod';

import type { SignatureAlgorithm } from './attestation.js';
import { decodeBase64Url, encodeBase64Url } from './base64url.js';
import { AttestationError } from './errors.js';
import type { ProvinceCode } from './province.js';
import { WEB_CRYPTO, type PublicPointJwk, type SignaturePlatform } from './signature-platform.js';
import { toCryptoKey } from './web-crypto.js';

/** 省份公钥: a registered public key of one province. What it may do is said here, never by a token. */
export interface ProvinceKey {
  /** RFC 7638 thumbprint (SHA-256). */
  readonly kid: string;
  readonly province: ProvinceCode;
  readonly use: 'sig' | 'enc';
  readonly algorithm: SignatureAlgorithm | 'ECDH-ES';
  /** What the platform imported that it verifies with: a `CryptoKey` of Web Crypto. */
  readonly key: unknown;
  /** Seconds since the epoch; what is issued later is refused. JWK member `exp`. */
  readonly notAfter?: number;
  /** 作废: since when the key may be in other hands, seconds since the epoch; absent of a key that is not. What is issued from then on is nobody's word. */
  readonly revokedFrom?: number;
}

/** Finds a registered key by its thumbprint. */
export interface ProvinceKeyRing {
  find(kid: string): ProvinceKey | undefined;
}

/** A private key that signs for one province. */
export interface SigningKey {
  readonly kid: string;
  readonly algorithm: SignatureAlgorithm;
  readonly key: CryptoKey;
}

/** A private key that opens what was sealed for one province. */
export interface SealedKey {
  readonly kid: string;
  readonly key: CryptoKey;
}

/** Both halves carry `kid`, `use` and `alg`. */
export interface GeneratedProvinceKey {
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

/** A coordinate or scalar of either curve: 32 bytes, one text (RFC 7518 6.2.1.2, RFC 8037 2). */
const THIRTY_TWO_BYTES = z.string().refine((text) => decodeBase64Url(text)?.length === 32, 'not 32 bytes in base64url');

const ATTRIBUTES = { kid: z.string().optional(), exp: z.int().positive().optional() };
const EC_POINT = { kty: z.literal('EC'), crv: z.literal('P-256'), x: THIRTY_TWO_BYTES, y: THIRTY_TWO_BYTES };
const OKP_POINT = { kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: THIRTY_TWO_BYTES };
const ES256 = { ...EC_POINT, ...ATTRIBUTES, use: z.literal('sig'), alg: z.literal('ES256') };
const ED25519 = { ...OKP_POINT, ...ATTRIBUTES, use: z.literal('sig'), alg: z.literal('Ed25519') };
const ECDH = { ...EC_POINT, ...ATTRIBUTES, use: z.literal('enc'), alg: z.literal('ECDH-ES') };
const PRIVATE = { d: THIRTY_TWO_BYTES };

/** Strict, so that a private member, `k`, `x5c` or `jku` in a registration is refused rather than ignored. */
const PUBLIC_KEY = z.discriminatedUnion('alg', [z.strictObject(ES256), z.strictObject(ED25519), z.strictObject(ECDH)]);
const PRIVATE_SIGNING_KEY = z.discriminatedUnion('alg', [
  z.strictObject({ ...ES256, ...PRIVATE }),
  z.strictObject({ ...ED25519, ...PRIVATE }),
]);
const PRIVATE_UNSEALING_KEY = z.strictObject({ ...ECDH, ...PRIVATE });

type AcceptedJwk = z.infer<typeof PUBLIC_KEY | typeof PRIVATE_SIGNING_KEY | typeof PRIVATE_UNSEALING_KEY>;

/**
 * A public key as a province registers it (RFC 7517): P-256 for `ES256` or `ECDH-ES`, Ed25519 for `Ed25519`, with
 * `use` and `alg`. A `kid` may be absent; given, it is the thumbprint or the key is refused.
 *
 * @param platform that verifies with the key afterwards
 * @throws {AttestationError} PROVINCE_KEY_INVALID
 */
export async function importProvinceKey(jwk: unknown, province: ProvinceCode, platform: SignaturePlatform = WEB_CRYPTO): Promise<ProvinceKey> {
  return Object.freeze({ ...(await importPublicKey(jwk, platform)), province });
}

/**
 * A public key in the form of {@link importProvinceKey}, whoever it belongs to.
 *
 * @throws {AttestationError} PROVINCE_KEY_INVALID
 */
export async function importPublicKey(jwk: unknown, platform: SignaturePlatform = WEB_CRYPTO): Promise<Omit<ProvinceKey, 'province'>> {
  const accepted = parseJwk(PUBLIC_KEY, jwk);
  const { kid, key } = await importKey(accepted, () => platform.importKey(pointOf(accepted), accepted.alg), platform);
  const notAfter = accepted.exp === undefined ? {} : { notAfter: accepted.exp };
  return Object.freeze({ kid, use: accepted.use, algorithm: accepted.alg, key, ...notAfter });
}

/** A ring that knows exactly these keys. */
export function createKeyRing(keys: readonly ProvinceKey[]): ProvinceKeyRing {
  const byKid = new Map(keys.map((key) => [key.kid, key]));
  return { find: (kid) => byKid.get(kid) };
}

/** A new extractable pair: for `sig` of the algorithm (`ES256` when absent), for `enc` of ECDH-ES on P-256. */
export async function generateProvinceKey(
  use: 'sig' | 'enc',
  algorithm: SignatureAlgorithm = 'ES256',
): Promise<GeneratedProvinceKey> {
  const alg = use === 'sig' ? algorithm : 'ECDH-ES';
  const pair = await generateKeyPair(alg, { extractable: true });
  const publicPart = await exportJWK(pair.publicKey);
  const attributes = { use, alg, kid: await calculateJwkThumbprint(publicPart) };
  return {
    publicJwk: { ...publicPart, ...attributes },
    privateJwk: { ...(await exportJWK(pair.privateKey)), ...attributes },
  };
}

/** @throws {AttestationError} PROVINCE_KEY_INVALID for anything but a private `sig` key of an accepted algorithm. */
export async function importSigningKey(jwk: unknown): Promise<SigningKey> {
  const accepted = parseJwk(PRIVATE_SIGNING_KEY, jwk);
  return Object.freeze({ ...(await importPrivateKey(accepted)), algorithm: accepted.alg });
}

/** @throws {AttestationError} PROVINCE_KEY_INVALID for anything but a private `enc` key. */
export async function importUnsealingKey(jwk: unknown): Promise<SealedKey> {
  return Object.freeze(await importPrivateKey(parseJwk(PRIVATE_UNSEALING_KEY, jwk)));
}

function parseJwk<Jwk>(schema: z.ZodType<Jwk>, jwk: unknown): Jwk {
  const parsed = schema.safeParse(jwk);
  if (parsed.success) return parsed.data;
  // Paths only: a value here may be a private key that was registered by mistake.
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(key)'}: ${issue.code}`);
  throw new AttestationError('PROVINCE_KEY_INVALID', fields.join(', '));
}

/** Keys that sign or open are Web Crypto's everywhere. */
async function importPrivateKey(accepted: AcceptedJwk): Promise<{ readonly kid: string; readonly key: CryptoKey }> {
  const { kid, key } = await importKey(accepted, () => importJWK({ ...accepted } as JWK, accepted.alg), WEB_CRYPTO);
  return { kid, key: toCryptoKey(key) };
}

async function importKey(accepted: AcceptedJwk, load: () => Promise<unknown>, platform: SignaturePlatform): Promise<{ readonly kid: string; readonly key: unknown }> {
  try {
    const kid = await thumbprint(pointOf(accepted), platform);
    if (accepted.kid !== undefined && accepted.kid !== kid) throw new Error('kid is not the RFC 7638 thumbprint');
    return { kid, key: await load() };
  } catch (cause) {
    throw new AttestationError('PROVINCE_KEY_INVALID', 'kid is another or the point is not on the curve', { cause });
  }
}

function pointOf(accepted: AcceptedJwk): PublicPointJwk {
  const { kty, crv, x } = accepted;
  return accepted.kty === 'EC' ? { kty, crv, x, y: accepted.y } : { kty, crv, x };
}

/** RFC 7638 3: SHA-256 over the required members in the order of their names. */
async function thumbprint({ kty, crv, x, y }: PublicPointJwk, platform: SignaturePlatform): Promise<string> {
  const members = y === undefined ? { crv, kty, x } : { crv, kty, x, y };
  return encodeBase64Url(await platform.sha256(new TextEncoder().encode(JSON.stringify(members))));
}
