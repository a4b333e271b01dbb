import { createHash } from 'node:crypto';
import {
  generateProvinceKey,
  importProvinceKey,
  importSigningKey,
  parseProvinceCode,
  signAttestation,
  type AttestationClaims,
  type HealthStatusAttestation,
  type HolderDisclosures,
  type ListedStatus,
  type ProvinceCode,
  type ProvinceKey,
  type SignedAttestation,
  type SigningKey,
  type TestResultAttestation,
} from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { PolicyRegister } from '../governance/policy-register.js';
import { AttestationIndex } from '../lookup/attestation-index.js';
import type { Checkpoint } from './checkpoint-request.js';
import type { VerifiedCode } from './verified-code.js';
import type { Provinces } from './attested-facts.js';
import type { ListedStatuses } from '../registry/foreign-statements.js';
import type { IssuerLists } from './listing.js';
import { AttestedVerifier } from './verify-attested.js';

export const GUIZHOU = parseProvinceCode('520000');
export const BEIJING = parseProvinceCode('110000');
export const SICHUAN = parseProvinceCode('510000');

/** Seconds since the epoch in every test. */
export const NOW = 1_700_000_000;

/** An opaque reference of nobody. */
export const SUBJECT = `1.${'A'.repeat(43)}`;
export const OTHER_SUBJECT = `1.${'B'.repeat(42)}A`;

export const CHECKPOINT: Checkpoint = {
  province: BEIJING,
  kind: 'health-status',
  checkpointClass: 'transport',
  purpose: v1.Purpose.PURPOSE_CHECKPOINT,
  context: { province: BEIJING, checkpointClass: v1.CheckpointClass.CHECKPOINT_CLASS_TRANSPORT, purpose: v1.Purpose.PURPOSE_CHECKPOINT },
};

interface Signer {
  readonly signing: SigningKey;
  readonly key: ProvinceKey;
}

async function createSigner(province: ProvinceCode): Promise<Signer> {
  const { privateJwk, publicJwk } = await generateProvinceKey('sig', 'ES256');
  return { signing: await importSigningKey(privateJwk), key: await importProvinceKey(publicJwk, province) };
}

const signers = new Map(await Promise.all([GUIZHOU, BEIJING, SICHUAN].map(async (province) => [province, await createSigner(province)] as const)));

export function signerOf(province: ProvinceCode): Signer {
  const signer = signers.get(province);
  if (signer === undefined) throw new Error('no signer of this province');
  return signer;
}

/** A green of Guizhou, an hour old. */
export const claims = (change: Partial<HealthStatusAttestation> = {}): Omit<HealthStatusAttestation, 'disclosureDigests'> => ({
  issuer: GUIZHOU, subject: SUBJECT, sequence: 1, issuedAt: NOW - 3600, expiresAt: NOW + 3600, kind: 'health-status', status: '00', since: (change.issuedAt ?? NOW) - 7200,
  reason: 'REASON_NOT_STATED', rule: { id: 'rule-1', version: '1' }, authority: '520000', evidence: 'verified-source',
  original: { system: 'local', field: 'code', value: '00' }, ...change,
});

/** A negative test of Guizhou, sampled two hours before it was attested. */
export const testClaims = (change: Partial<TestResultAttestation> = {}): Omit<TestResultAttestation, 'disclosureDigests'> => ({
  ...claims(), kind: 'nucleic-acid-test', status: 'negative', since: (change.issuedAt ?? NOW) - 7200, evidence: 'laboratory',
  original: { system: 'local', field: 'result', value: '阴性' }, test: { reportedAt: change.issuedAt ?? NOW - 3600, method: 'pooled', laboratory: '520100' }, ...change,
});

let salts = 0;
const salt = (): string => Buffer.from(`salt of a test ${String((salts += 1))}`.padEnd(24)).toString('base64url');

export function sign(change: Partial<HealthStatusAttestation> = {}, disclosures: HolderDisclosures = {}, by = change.issuer ?? GUIZHOU): Promise<SignedAttestation> {
  return signAttestation(claims(change), disclosures, signerOf(by).signing, salt);
}

export const signClaims = (stated: AttestationClaims): Promise<SignedAttestation> => signAttestation(stated, {}, signerOf(stated.issuer).signing, salt);

export const signTest = (change: Partial<TestResultAttestation> = {}): Promise<SignedAttestation> => signClaims(testClaims(change));

export const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');

/** Recognition, colour, freshness, advice and error code. */
export const briefOf = ({ verdict, errorCode }: VerifiedCode): string =>
  [verdict.recognition, verdict.status, verdict.freshness, verdict.advice, errorCode].join(' ');

/** A hub's knowledge, to be changed by a test. */
export class Knowledge {
  readonly index: AttestationIndex;
  readonly standings = new Map<string, 'admitted' | 'suspended'>([[GUIZHOU, 'admitted'], [BEIJING, 'admitted'], [SICHUAN, 'admitted']]);
  readonly confirmed = new Map<string, number>();
  /** What lists say, by issuer and sequence number. */
  readonly listed = new Map<string, ListedStatus>();
  /** When an issuer's list was signed; absent where it publishes none. */
  readonly vouched = new Map<string, number>();
  readonly lists: IssuerLists & ListedStatuses = {
    statusOf: (issuer, sequence) => this.listed.get(`${issuer} ${String(sequence)}`),
    listOf: (issuer) => {
      const issuedAt = this.vouched.get(issuer);
      return issuedAt === undefined ? undefined : { issuedAt, statusOf: (sequence) => this.listed.get(`${issuer} ${String(sequence)}`) };
    },
  };
  readonly unregisteredRules = new Set<string>();
  keysAreKnown = true;
  /** When every key ends; seconds. */
  keysEndAt = Infinity;
  /** Since when the key of a province may be in other hands; seconds. */
  readonly revokedFrom = new Map<string, number>();
  registryVersion = 1;

  readonly provinces: Provinces & { readonly version: number } = Object.defineProperty(
    {
      version: 0,
      find: (kid: string) => {
        const key = this.keysAreKnown ? [...signers.values()].find((signer) => signer.key.kid === kid)?.key : undefined;
        if (key === undefined) return undefined;
        const revokedFrom = this.revokedFrom.get(key.province);
        return { ...key, ...(this.keysEndAt === Infinity ? {} : { notAfter: this.keysEndAt }), ...(revokedFrom === undefined ? {} : { revokedFrom }) };
      },
      findProvince: (code: string) => {
        const standing = this.standings.get(code);
        return standing === undefined ? undefined : { standing };
      },
      isRuleRegistered: (_: string, ruleId: string) => !this.unregisteredRules.has(ruleId),
    },
    'version',
    { get: () => this.registryVersion },
  );

  readonly attested: AttestedVerifier;
  readonly policies = new PolicyRegister();

  /** `originals`, `words`: room in memory for what an issuer says. */
  constructor(originals = 100, words = 100) {
    this.index = new AttestationIndex([1, 2], 0, { originals, words });
    this.attested = new AttestedVerifier(this.index, this.provinces, { confirmedAt: (issuer) => this.confirmed.get(issuer) ?? 0 }, this.lists);
  }

  /** As if ingest had committed it. */
  commit({ token, attestation }: SignedAttestation): void {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url');
    this.index.insert({
      claims: attestation,
      tokenDigest: createHash('sha256').update(token).digest(),
      contentDigest: createHash('sha256').update(payload).digest(),
    });
  }

  /** Signs and commits. */
  async know(change: Partial<HealthStatusAttestation> = {}, disclosures: HolderDisclosures = {}): Promise<SignedAttestation> {
    const signed = await sign(change, disclosures);
    this.commit(signed);
    return signed;
  }

  /** The same with a test. */
  async knowTest(change: Partial<TestResultAttestation> = {}): Promise<SignedAttestation> {
    const signed = await signTest(change);
    this.commit(signed);
    return signed;
  }
}
