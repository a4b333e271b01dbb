import type { CanaryAttestation, HealthStatusAttestation, SignatureAlgorithm, TestResultAttestation } from './attestation.js';
import { encodeBase64Url } from './base64url.js';
import { AttestationError, type AttestationErrorCode } from './errors.js';
import {
  generateProvinceKey,
  importProvinceKey,
  importSigningKey,
  type ProvinceKey,
  type SigningKey,
} from './province-key.js';
import { parseProvinceCode, type ProvinceCode } from './province.js';
import { toBufferSource } from './web-crypto.js';

/** The clock of the tests, seconds since the epoch. */
export const NOW = 1_700_000_000;

/** The province that attests in the tests. */
export const GUIZHOU = parseProvinceCode('520000');
/** Another province. */
export const BEIJING = parseProvinceCode('110000');

/** A salt that is none, so that tests can be read. */
export const testSalt = (): string => 'c2FsdC1zYWx0LXNhbHQtcw';

/** What a province states of a synthetic person. */
export function sampleClaims(changes: Partial<HealthStatusAttestation> = {}): Omit<HealthStatusAttestation, 'disclosureDigests'> {
  return {
    issuer: GUIZHOU,
    subject: `1.${'A'.repeat(43)}`,
    sequence: 1234,
    issuedAt: NOW,
    expiresAt: NOW + 86_400,
    kind: 'health-status',
    status: '00',
    since: NOW - 3_600,
    reason: 'REASON_NOT_STATED',
    rule: { id: 'guizhou-national', version: '1' },
    authority: '520000',
    evidence: 'self-declared',
    original: { system: 'national-code', field: 'status', value: '00' },
    ...changes,
  };
}

/** A negative test of the same person, sampled two hours ago. */
export function sampleTestClaims(changes: Partial<TestResultAttestation> = {}): Omit<TestResultAttestation, 'disclosureDigests'> {
  return {
    ...sampleClaims(),
    kind: 'nucleic-acid-test',
    status: 'negative',
    since: NOW - 7_200,
    evidence: 'laboratory',
    original: { system: 'national-code', field: 'testResult', value: '阴性' },
    test: { reportedAt: NOW - 3_600, method: 'individual', laboratory: '520100' },
    ...changes,
  };
}

/** A canary that plays green. */
export function sampleCanaryClaims(changes: Partial<CanaryAttestation> = {}): Omit<CanaryAttestation, 'disclosureDigests'> {
  return {
    ...sampleClaims(),
    kind: 'canary',
    status: 'canary-green',
    rule: { id: 'guizhou-canary', version: '1' },
    evidence: 'authority-decision',
    original: { system: 'canary', field: 'name', value: 'green' },
    ...changes,
  };
}

/** Both halves of a province's key, the public one as the registry holds it. */
export interface Signer {
  readonly signing: SigningKey;
  readonly registered: ProvinceKey;
}

/** A new signing key, registered for the province. */
export async function createSigner(province: ProvinceCode, algorithm: SignatureAlgorithm = 'ES256'): Promise<Signer> {
  const { privateJwk, publicJwk } = await generateProvinceKey('sig', algorithm);
  return { signing: await importSigningKey(privateJwk), registered: await importProvinceKey(publicJwk, province) };
}

/** A compact JWS over exactly these texts, well signed: what a hostile or careless province could send. */
export async function signTexts(header: string, payload: string | Uint8Array, key: SigningKey): Promise<string> {
  const encoder = new TextEncoder();
  const payloadBytes = typeof payload === 'string' ? encoder.encode(payload) : payload;
  const input = `${encodeBase64Url(encoder.encode(header))}.${encodeBase64Url(payloadBytes)}`;
  const parameters = key.algorithm === 'ES256' ? { name: 'ECDSA', hash: 'SHA-256' } : { name: 'Ed25519' };
  const signature = await crypto.subtle.sign(parameters, key.key, toBufferSource(encoder.encode(input)));
  return `${input}.${encodeBase64Url(new Uint8Array(signature))}`;
}

/** The object without one member. */
export function without(object: object, member: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== member));
}

/** The code of what is thrown; anything but an `AttestationError` is thrown on. */
export function codeOf(action: () => unknown): AttestationErrorCode | 'nothing thrown' {
  try {
    action();
  } catch (error) {
    if (error instanceof AttestationError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

/** {@link codeOf} for a promise. */
export async function codeOfRejection(promise: Promise<unknown>): Promise<AttestationErrorCode | 'nothing thrown'> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AttestationError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}
