import { AttestationError, decodeBase64Url, importProvinceKey, verifyPossessionProof, type ProvinceCode, type ProvinceKey } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { calculateJwkThumbprint, importJWK, type JWK } from 'jose';
import { knownBadProblem } from './check-certificate-request.js';
import { allPassed, CheckList, type Check, type CheckName, type Verdict } from './check.js';

/** Bounds of a submission. `exp` of a key may be as far away as this. */
const MAX = { keys: 16, jwkBytes: 4096, proofBytes: 4096, lifetimeSeconds: 400 * 86_400 } as const;

const MEMBERS: ReadonlySet<string> = new Set(['kty', 'crv', 'x', 'y', 'use', 'alg', 'kid', 'exp']);

/** RFC 7518 6.2.2, 6.3.2 and 6.4.1: whoever sends one of these has given the key away. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const;

const USES: Readonly<Record<v1.KeyUse, 'sig' | 'enc' | undefined>> = {
  [v1.KeyUse.KEY_USE_UNSPECIFIED]: undefined,
  [v1.KeyUse.KEY_USE_SIGNATURE]: 'sig',
  [v1.KeyUse.KEY_USE_ENCRYPTION]: 'enc',
};

/** What RFC 8037 and RFC 7518 call the algorithm of each curve, by use. */
const ALGORITHMS: Readonly<Record<string, Readonly<Record<'sig' | 'enc', string | undefined>>>> = {
  'P-256': { sig: 'ES256', enc: 'ECDH-ES' },
  Ed25519: { sig: 'Ed25519', enc: undefined },
};

/** A key as it was submitted. */
export type SubmittedKey = v1.PublicKey.$Properties;

/** Who has a key already. */
export interface KeyHolder {
  readonly province: string;
  /** `former`: given up, revoked, or left behind; it never comes back. */
  readonly as: 'accepted' | 'registered' | 'certificate' | 'former';
  /** What it is kept for; null of the key of a certificate. */
  readonly use: 'sig' | 'enc' | null;
}

/** What keys are measured against. */
export interface KeyExpectation {
  readonly province: ProvinceCode;
  /** Nonce that every proof must hold; undefined at a registration, whose proofs hold none. */
  readonly challenge: string | undefined;
  /** Seconds since the epoch. */
  readonly now: number;
  /** Everybody who has one of these keys, by RFC 7638 thumbprint. */
  readonly findHolders: (thumbprints: readonly string[]) => Promise<ReadonlyMap<string, readonly KeyHolder[]>>;
}

/** A key that passed every check. */
export interface CheckedKey {
  readonly kid: string;
  readonly use: 'sig' | 'enc';
  /** Public JWK in JSON, with its `kid`. */
  readonly jwk: string;
}

/** Every check of every key, and the keys when all of them passed. */
export interface KeyReview {
  readonly checks: readonly Check[];
  readonly keys?: readonly CheckedKey[];
}

/** A key half looked at: its own checks are made, those that need the others are not. */
interface Candidate {
  readonly list: CheckList;
  readonly thumbprint?: string;
  readonly checked?: CheckedKey;
}

const sizeOf = (text: string): number => Buffer.byteLength(text);

/** Attacker-controlled input: keys of one submission, each by itself and against the others and everybody's. Never throws for what it is given. */
export async function checkKeys(submitted: readonly SubmittedKey[], expectation: KeyExpectation): Promise<KeyReview> {
  if (submitted.length === 0 || submitted.length > MAX.keys) {
    return { checks: [{ subject: 'keys', name: 'size', outcome: 'failed', detail: `must be 1 to ${String(MAX.keys)}` }] };
  }
  const candidates: Candidate[] = [];
  for (const [position, key] of submitted.entries()) candidates.push(await checkAlone(key, `keys[${String(position)}]`, expectation));
  const thumbprints = candidates.flatMap(({ thumbprint }) => thumbprint ?? []);
  const holders = await expectation.findHolders(thumbprints);
  for (const { list, thumbprint, checked } of candidates) {
    if (thumbprint === undefined) continue;
    const times = thumbprints.filter((other) => other === thumbprint).length;
    await list.make('duplicate', 'nobody else has it', () =>
      times > 1 ? 'is submitted twice; signing and encryption need a key each' : holderProblem(holders.get(thumbprint) ?? [], expectation.province, checked),
    );
  }
  const checks = candidates.flatMap(({ list }) => list.checks);
  const keys = candidates.flatMap(({ checked }) => checked ?? []);
  return { checks, ...(allPassed(checks) && keys.length === submitted.length ? { keys } : {}) };
}

function holderProblem(holders: readonly KeyHolder[], province: string, checked: CheckedKey | undefined): Verdict {
  if (holders.some((holder) => holder.province !== province)) return 'another province has this key';
  if (holders.some(({ as }) => as === 'certificate')) return 'is the key of a certificate; every purpose needs a key of its own';
  if (holders.some(({ as }) => as === 'former')) return 'was given up or revoked; make a new key';
  if (checked === undefined) return 'is not a key that can be kept';
  return holders.every(({ use }) => use === checked.use) ? undefined : 'is kept for another use; every purpose needs a key of its own';
}

async function checkAlone(submitted: SubmittedKey, subject: string, { province, challenge, now }: KeyExpectation): Promise<Candidate> {
  const use = USES[submitted.use ?? v1.KeyUse.KEY_USE_UNSPECIFIED];
  const own: readonly CheckName[] = ['form', 'curve', 'size', 'usage', 'validity', 'key-id', 'known-bad', 'duplicate'];
  const list = new CheckList(subject, use === 'enc' ? own : [...own, 'possession']);
  let jwk: JWK | undefined;
  await list.make('form', 'a public JWK', () => {
    const parsed = parseJwk(submitted.jwk ?? '');
    if (typeof parsed === 'string') return parsed;
    jwk = parsed;
    return undefined;
  });
  if (jwk === undefined) return { list };
  const given = jwk;
  const isCurve = await list.make('curve', 'P-256 or Ed25519', () => (isKnownCurve(given) ? undefined : 'must be on P-256, or Ed25519 to sign'));
  const isSize = isCurve && (await list.make('size', '32 bytes a coordinate, on the curve', () => sizeProblem(given)));
  await list.make('usage', 'one use, and the algorithm of its curve', () => usageProblem(given, use));
  await list.make('validity', 'ends within 400 days, or when it is given up', () => validityProblem((given as { readonly exp?: unknown }).exp, now));
  if (!isSize) return { list };
  const thumbprint = await calculateJwkThumbprint(given);
  await list.make('key-id', 'its RFC 7638 thumbprint', () => (given.kid === undefined || given.kid === thumbprint ? undefined : 'kid is not the RFC 7638 thumbprint'));
  await list.make('known-bad', 'on no list of published keys', () => knownBadProblem(thumbprint));
  const key = await importQuietly({ ...given, kid: thumbprint }, province);
  if (key?.use === 'sig') {
    await list.make('possession', 'its private half signed the challenge', async () => possessionProblem(submitted.proof ?? '', key, challenge));
  }
  return { list, thumbprint, ...(key === undefined ? {} : { checked: { kid: thumbprint, use: key.use, jwk: JSON.stringify({ ...given, kid: thumbprint }) } }) };
}

function parseJwk(text: string): JWK | string {
  if (sizeOf(text) > MAX.jwkBytes) return `is longer than ${String(MAX.jwkBytes)} bytes`;
  const json: unknown = JSON.parse(text);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'is no JSON object';
  const members = Object.keys(json);
  if (PRIVATE_MEMBERS.some((member) => members.includes(member))) return 'holds a private member: this key is spent, make a new one';
  if (members.some((member) => !MEMBERS.has(member))) return 'holds a member that no key here has';
  const texts = Object.entries(json).filter(([member]) => member !== 'exp');
  return texts.every(([, value]) => typeof value === 'string') ? json : 'holds a member of another kind than text';
}

const isKnownCurve = ({ kty, crv, y }: JWK): boolean => (kty === 'EC' && crv === 'P-256') || (kty === 'OKP' && crv === 'Ed25519' && y === undefined);

async function sizeProblem({ kty, crv, x, y }: JWK): Promise<Verdict> {
  const coordinates = crv === 'P-256' ? [x, y] : [x];
  if (coordinates.some((text) => decodeBase64Url(text ?? '')?.length !== 32)) return 'coordinates must be 32 bytes in base64url';
  try {
    await importJWK({ kty, crv, x, y } as JWK, crv === 'P-256' ? 'ES256' : 'Ed25519');
    return undefined;
  } catch {
    return 'is no point of the curve';
  }
}

function usageProblem({ crv, use, alg }: JWK, stated: 'sig' | 'enc' | undefined): Verdict {
  if (stated === undefined || use !== stated) return 'use must be sig or enc, the same in the JWK and beside it';
  return alg !== undefined && ALGORITHMS[crv ?? '']?.[stated] === alg ? undefined : 'alg must be ES256 or Ed25519 to sign, ECDH-ES to encrypt to';
}

function validityProblem(exp: unknown, now: number): Verdict {
  if (exp === undefined) return undefined;
  if (typeof exp !== 'number' || !Number.isSafeInteger(exp)) return 'exp must be seconds since the epoch';
  if (exp <= now) return 'has ended already';
  return exp > now + MAX.lifetimeSeconds ? 'ends more than 400 days from now' : undefined;
}

async function possessionProblem(proof: string, key: ProvinceKey, challenge: string | undefined): Promise<Verdict> {
  if (proof === '' || sizeOf(proof) > MAX.proofBytes) return 'holds no proof';
  try {
    await verifyPossessionProof(proof, key, challenge);
    return undefined;
  } catch (error) {
    return error instanceof AttestationError ? error.message : 'the proof cannot be read';
  }
}

async function importQuietly(jwk: JWK, province: ProvinceCode): Promise<ProvinceKey | undefined> {
  try {
    return await importProvinceKey(jwk, province);
  } catch {
    return undefined;
  }
}
