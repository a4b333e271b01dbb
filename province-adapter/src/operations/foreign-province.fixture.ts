import {
  createKeyRing,
  generateProvinceKey,
  importProvinceKey,
  importSigningKey,
  signAttestation,
  type AttestationClaims,
  type HealthStatusAttestation,
  type HolderDisclosures,
  type ProvinceCode,
  type ProvinceKeyRing,
  type SignedAttestation,
  type TestResultAttestation,
} from '@health-code/attestation';
import type { v1 } from '@health-code/messages';

/** Another province, as far as its statements go: its key, and what it signs with it. */
export interface ForeignProvince {
  /** As the hub lists it. */
  readonly listed: v1.IProvince;
  readonly ring: ProvinceKeyRing;
  /** A green of sequence 7 about `subject`, an hour old and good for another. */
  state(change?: Partial<HealthStatusAttestation>, disclosures?: HolderDisclosures): Promise<SignedAttestation>;
  /** A negative test of the same person. */
  stateTest(change?: Partial<TestResultAttestation>): Promise<SignedAttestation>;
}

/** @param now seconds since the epoch */
export async function createForeignProvince(code: ProvinceCode, subject: string, now: number): Promise<ForeignProvince> {
  const { privateJwk, publicJwk } = await generateProvinceKey('sig');
  const signing = await importSigningKey(privateJwk);
  let salts = 0;
  const salt = (): string => Buffer.from(`salt of a test ${String((salts += 1))}`.padEnd(24)).toString('base64url');
  const sign = (claims: AttestationClaims, disclosures: HolderDisclosures = {}) => signAttestation(claims, disclosures, signing, salt);
  const claims = (change: Partial<HealthStatusAttestation> = {}): Omit<HealthStatusAttestation, 'disclosureDigests'> => ({
    issuer: code, subject, sequence: 7, issuedAt: now - 3600, expiresAt: now + 3600, kind: 'health-status', status: '00', since: now - 7200, reason: 'REASON_NOT_STATED',
    rule: { id: `${code}-conversion`, version: '1' }, authority: code, evidence: 'verified-source', original: { system: 'foreign-system', field: 'code', value: '绿' },
    ...change,
  });
  return {
    listed: { code, standing: 'admitted', jwks: JSON.stringify({ keys: [publicJwk] }) },
    ring: createKeyRing([await importProvinceKey(publicJwk, code)]),
    state: (change, disclosures) => sign(claims(change), disclosures),
    stateTest: (change) =>
      sign({
        ...claims(), kind: 'nucleic-acid-test', status: 'negative', evidence: 'laboratory', test: { reportedAt: now - 3700, method: 'pooled', laboratory: '' }, ...change,
      }),
  };
}
