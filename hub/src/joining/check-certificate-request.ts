import { webcrypto } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { x509 } from '../platform/x509.js';
import { allPassed, CheckList, type Check, type Verdict } from './check.js';
import { KNOWN_BAD_KEYS } from './known-bad-keys.js';

/** Bytes of the largest request: RSA of 4096 bits with a long subject stays under it. */
const MAX_BYTES = 8192;

/** Bits of RSA keys: NIST SP 800-57 holds 3072 for as strong as P-256; beyond 4096 each handshake costs the hub too much. */
const RSA_BITS = { min: 3072, max: 4096 } as const;

const OID = {
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  subjectKeyIdentifier: '2.5.29.14',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

const ALLOWED_EXTENSIONS: ReadonlySet<string> = new Set([OID.subjectAltName, OID.basicConstraints, OID.keyUsage, OID.extendedKeyUsage, OID.subjectKeyIdentifier]);

const CURVES: ReadonlySet<string> = new Set(['P-256', 'P-384']);

/** What a request is measured against. */
export interface RequestExpectation {
  /** SPIFFE ID its only subject alternative name must hold; of a checkpoint undefined: the hub assigns it. */
  readonly identity: string | undefined;
  /** Who has this key already, by its RFC 7638 thumbprint; undefined when nobody. */
  readonly findKeyHolder: (thumbprint: string) => Promise<string | undefined>;
}

/** What is certified of a request that passed. */
export interface CheckedRequest {
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: ArrayBuffer;
  /** RFC 7638 of the key. */
  readonly thumbprint: string;
}

/** Every check, and the request when all of them passed. */
export interface RequestReview {
  readonly checks: readonly Check[];
  readonly request?: CheckedRequest;
}

type Parsed = InstanceType<typeof x509.Pkcs10CertificateRequest>;

/**
 * Attacker-controlled input: a certificate request (PKCS#10, RFC 2986) in DER. Never throws for what it is given, one
 * check for each thing that can be wrong with it.
 */
export async function checkCertificateRequest(der: Uint8Array, { identity, findKeyHolder }: RequestExpectation): Promise<RequestReview> {
  const list = new CheckList('certificate_request', ['form', 'curve', 'size', 'usage', 'province', 'possession', 'known-bad', 'duplicate']);
  let parsed: Parsed | undefined;
  let jwk: JWK | undefined;
  let publicKey: ArrayBuffer | undefined;
  await list.make('form', 'PKCS#10 with a key that can be read', async () => {
    if (der.byteLength === 0 || der.byteLength > MAX_BYTES) return `must be PKCS#10 in DER of at most ${String(MAX_BYTES)} bytes`;
    // The parser takes what follows the request as if it were not there.
    if (!isOneSequence(der)) return 'must be one DER sequence and nothing after it';
    const request = new x509.Pkcs10CertificateRequest(new Uint8Array(der));
    publicKey = request.publicKey.rawData;
    jwk = await readKey(publicKey);
    parsed = request;
    return undefined;
  });
  if (parsed === undefined || jwk === undefined || publicKey === undefined) return { checks: list.checks };
  const [request, key] = [parsed, jwk];
  await list.make('curve', 'P-256, P-384 or RSA', () => curveProblem(key));
  await list.make('size', 'as strong as P-256 at least', () => sizeProblem(key));
  await list.make('usage', 'asks for nothing but to be a client', () => usageProblem(request));
  await list.make('province', 'names whom it is for', () => nameProblem(request, identity));
  await list.make('possession', 'signed by the key it names', async () => ((await request.verify()) ? undefined : 'is not signed by the key it names'));
  const thumbprint = await calculateJwkThumbprint(key);
  await list.make('known-bad', 'on no list of published keys', () => knownBadProblem(thumbprint));
  await list.make('duplicate', 'a key of its own', async () => ((await findKeyHolder(thumbprint)) === undefined ? undefined : 'this key is in use already; make a new one'));
  return { checks: list.checks, ...(allPassed(list.checks) ? { request: { publicKey, thumbprint } } : {}) };
}

/** X.690 8.1.3, 10.1: whether the bytes are one SEQUENCE with its length in the shortest form, of the sizes that are read here. */
function isOneSequence(der: Uint8Array): boolean {
  const [tag, first = 0, second = 0, third = 0] = der;
  if (tag !== 0x30) return false;
  if (first < 0x80) return der.byteLength === 2 + first;
  if (first === 0x81) return second >= 0x80 && der.byteLength === 3 + second;
  return first === 0x82 && second > 0 && der.byteLength === 4 + second * 256 + third;
}

/** Why nobody may use the key of this thumbprint. */
export function knownBadProblem(thumbprint: string): Verdict {
  const source = KNOWN_BAD_KEYS.get(thumbprint);
  return source === undefined ? undefined : `everybody has its private half: ${source}`;
}

/** The key as JWK. @throws for a key that is none of the kinds tried */
async function readKey(spki: ArrayBuffer): Promise<JWK> {
  const kinds = [
    ...['P-256', 'P-384', 'P-521'].map((namedCurve) => ({ name: 'ECDSA', namedCurve })),
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    { name: 'Ed25519' },
  ];
  for (const kind of kinds) {
    const key = await webcrypto.subtle.importKey('spki', spki, kind, true, ['verify']).catch(() => undefined);
    if (key !== undefined) return (await webcrypto.subtle.exportKey('jwk', key));
  }
  throw new Error('no kind of key that is known');
}

function curveProblem({ kty, crv }: JWK): Verdict {
  if (kty === 'RSA') return undefined;
  return CURVES.has(crv ?? '') ? undefined : 'must be on P-256 or P-384, or RSA';
}

function sizeProblem({ kty, n, e }: JWK): Verdict {
  if (kty !== 'RSA') return undefined;
  const modulus = Buffer.from(n ?? '', 'base64url');
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  if (bits < RSA_BITS.min || bits > RSA_BITS.max) return `RSA must have ${String(RSA_BITS.min)} to ${String(RSA_BITS.max)} bits`;
  // Smaller exponents have been broken together with careless padding; larger ones only cost time.
  return e === 'AQAB' ? undefined : 'RSA must have the public exponent 65537';
}

function usageProblem(request: Parsed): Verdict {
  const types = request.extensions.map(({ type }) => type);
  if (new Set(types).size !== types.length) return 'asks for one extension twice';
  if (types.some((type) => !ALLOWED_EXTENSIONS.has(type))) return 'asks for an extension that no member gets';
  const constraints = request.getExtension(OID.basicConstraints);
  if (constraints instanceof x509.BasicConstraintsExtension && constraints.ca) return 'asks to be an authority';
  const usage = request.getExtension(OID.keyUsage);
  if (usage instanceof x509.KeyUsagesExtension && (usage.usages & (x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign)) !== 0) {
    return 'asks to sign certificates';
  }
  const extended = request.getExtension(OID.extendedKeyUsage);
  if (extended instanceof x509.ExtendedKeyUsageExtension && extended.usages.some((oid) => String(oid) !== OID.clientAuth)) {
    return 'asks to be more than a client';
  }
  return undefined;
}

function nameProblem(request: Parsed, identity: string | undefined): Verdict {
  const extension = request.getExtension(OID.subjectAltName);
  if (identity === undefined) return extension === null ? undefined : 'must have no subject alternative name: the hub assigns it';
  const names = extension instanceof x509.SubjectAlternativeNameExtension ? extension.names.toJSON() : [];
  const [name] = names;
  return names.length === 1 && name?.type === 'url' && name.value === identity ? undefined : 'its only subject alternative name must be the URI of the applicant';
}
