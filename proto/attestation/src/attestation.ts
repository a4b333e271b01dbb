import type { AttestationKind } from './attestation-kind.js';
import type { AttestedCanaryValue } from './canary.js';
import type { AttestedStatus, EvidenceClass } from './health-status.js';
import type { OriginalValue, RuleReference } from './standard-record.js';
import type { ProvinceCode } from './province.js';
import type { AttestedTestResult, TestCircumstances } from './test-result.js';

/** `typ` header of an attestation (RFC 7515 4.1.9, RFC 8725 3.11). */
export const ATTESTATION_TYPE = 'health-attestation+jwt';

/** Largest compact JWS taken, in bytes. */
export const ATTESTATION_MAX_BYTES = 4096;

/** Seconds by which two clocks may differ. */
export const CLOCK_TOLERANCE_SECONDS = 120;

/** Algorithms an attestation may be signed with; which one is a property of the registered key (RFC 7518, RFC 9864). */
export const SIGNATURE_ALGORITHMS = ['ES256', 'Ed25519'] as const;

/** One of {@link SIGNATURE_ALGORITHMS}. */
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/** 转码来源: the statement of another province that this one was made from. It stands no longer than that one does. */
export interface ConversionSource {
  /** Never the issuer itself. Claim `src.iss`. */
  readonly issuer: ProvinceCode;
  /** Claim `src.seq`. */
  readonly sequence: number;
  /** When its province issued it, seconds since the epoch: what was made from it is no fresher. Claim `src.iat`. */
  readonly issuedAt: number;
}

/** What attestations of every kind state. Times in seconds since the epoch. */
interface CommonClaims {
  /** 签发省份, GB/T 2260. Claim `iss`. */
  readonly issuer: ProvinceCode;
  /** Opaque subject reference. Claim `sub`. */
  readonly subject: string;
  /**
   * 序号: gap-free per issuer and over all kinds, from 1. Claim `seq`. Its place in the issuer's status lists follows from it:
   * claims `status.status_list.idx` and `uri`.
   */
  readonly sequence: number;
  /** Claim `iat`. */
  readonly issuedAt: number;
  /** Claim `exp`. */
  readonly expiresAt: number;
  /** 声明种类. Claim `kind`. */
  readonly kind: AttestationKind;
  /**
   * A value of the kind's own closed table. Claim `code`: not `status`, which the Token Status List specification owns.
   * `none` withdraws what was stated before: superseded like by any other statement, and nothing in its place.
   */
  readonly status: string;
  /** Since when it is so: of a colour its beginning, of a test 采样时间. Claim `since`. */
  readonly since: number;
  /** Claim `reason`. */
  readonly reason: string;
  /** Claims `rule.id`, `rule.ver`. */
  readonly rule: RuleReference;
  /** Claim `auth`. */
  readonly authority: string;
  /** Claim `evid`. */
  readonly evidence: EvidenceClass;
  /** Claims `orig.sys`, `orig.fld`, `orig.val`. */
  readonly original: OriginalValue;
  /** Absent where the issuer states it of itself; only a kind that is convertible has one, and no withdrawal. Claim `src`. */
  readonly source?: ConversionSource;
  /** Sequence this one replaces for the same person and kind. Claim `supersedes`. */
  readonly supersedes?: number;
  /**
   * Salted digests of what only the holder shows (RFC 9901). Claim `_sd`, absent when there are none; `_sd_alg` is
   * absent, SHA-256 being its default.
   */
  readonly disclosureDigests: readonly string[];
}

/** 健康码状态: a colour. */
export interface HealthStatusAttestation extends CommonClaims {
  readonly kind: 'health-status';
  readonly status: AttestedStatus;
}

/** 核酸检测结果: a test. Never a colour. */
export interface TestResultAttestation extends CommonClaims {
  readonly kind: 'nucleic-acid-test';
  readonly status: AttestedTestResult;
  /** Claims `test.rep`, `test.mth`, `test.lab`. Absent in a withdrawal alone, which is about no test. */
  readonly test?: TestCircumstances;
}

/** 探测对象: a statement about nobody, for measuring whether recognition works. Never a colour, never leave to pass. */
export interface CanaryAttestation extends CommonClaims {
  readonly kind: 'canary';
  readonly status: AttestedCanaryValue;
}

/** The attestation of each kind; a further kind is a line here and a line in `kind-table.ts`. */
export interface AttestationByKind {
  readonly 'health-status': HealthStatusAttestation;
  readonly 'nucleic-acid-test': TestResultAttestation;
  readonly canary: CanaryAttestation;
}

/**
 * 声明: the signed statement of one province about one person, of one kind. (issuer, sequence) is its identity; the text
 * of the token is not, compact JWS being malleable.
 */
export type Attestation = AttestationByKind[AttestationKind];

/** What an attestation of some kind states: a value of one of the closed tables. */
export type AttestedValue = Attestation['status'];
