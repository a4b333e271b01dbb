import {
  createKeyRing,
  generateProvinceKey,
  importProvinceKey,
  importSigningKey,
  parseProvinceCode,
  signAttestation,
  type HealthStatusAttestation,
  type ProvinceKeyRing,
  type SigningKey,
  type TestResultAttestation,
} from '@health-code/attestation';

/** 2022-03-01T00:00:00Z, in seconds. */
export const NOW = 1_646_092_800;

export const GUIZHOU = parseProvinceCode('520000');
export const BEIJING = parseProvinceCode('110000');

/** Two provinces with keys of their own, and the ring that knows both. */
export interface Provinces {
  readonly guizhou: SigningKey;
  readonly beijing: SigningKey;
  readonly ring: ProvinceKeyRing;
}

/** Makes keys for {@link GUIZHOU} and {@link BEIJING}. */
export async function createProvinces(): Promise<Provinces> {
  const [guizhou, beijing] = await Promise.all([generateProvinceKey('sig'), generateProvinceKey('sig')]);
  return {
    guizhou: await importSigningKey(guizhou.privateJwk),
    beijing: await importSigningKey(beijing.privateJwk),
    ring: createKeyRing([await importProvinceKey(guizhou.publicJwk, GUIZHOU), await importProvinceKey(beijing.publicJwk, BEIJING)]),
  };
}

/** Claims of a synthetic person's attestation. */
export const claimsOf = (sequence: number, changed: Partial<HealthStatusAttestation> = {}): Omit<HealthStatusAttestation, 'disclosureDigests'> => ({
  issuer: GUIZHOU,
  subject: `1.${String(sequence).padStart(42, 'A')}A`,
  sequence,
  issuedAt: NOW,
  expiresAt: NOW + 86_400,
  kind: 'health-status',
  status: '00',
  since: NOW,
  reason: 'REASON_NOT_STATED',
  rule: { id: '520000-conversion', version: '1' },
  authority: '520000',
  evidence: 'verified-source',
  original: { system: 'guizhou-national-code', field: 'status', value: '00' },
  ...changed,
});

/** A signed token of {@link claimsOf}. */
export async function tokenOf(key: SigningKey, sequence: number, changed: Partial<HealthStatusAttestation> = {}): Promise<string> {
  return (await signAttestation(claimsOf(sequence, changed), {}, key, () => 'unused')).token;
}

/** A signed token of the same person's negative test. */
export async function testTokenOf(key: SigningKey, sequence: number, changed: Partial<TestResultAttestation> = {}): Promise<string> {
  const test = { reportedAt: NOW, method: 'individual', laboratory: '' } as const;
  const claims = { ...claimsOf(sequence), kind: 'nucleic-acid-test', status: 'negative', test, ...changed } as const;
  return (await signAttestation(claims, {}, key, () => 'unused')).token;
}

/** Bytes of a token as they go over the wire. */
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
