import type { AttestedStatus, EvidenceClass } from './health-status.js';
import type { OriginalValue, RuleReference } from './standard-record.js';
import type { ProvinceCode } from './province.js';

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

/**
 * 声明: the signed statement of one province about one person's status. (issuer, sequence) is its identity; the text of
 * the token is not, compact JWS being malleable. Times in seconds since the epoch.
 */
export interface Attestation {
  /** 签发省份, GB/T 2260. Claim `iss`. */
  readonly issuer: ProvinceCode;
  /** Opaque subject reference. Claim `sub`. */
  readonly subject: string;
  /** 序号: gap-free per issuer, from 1. Claim `seq`. */
  readonly sequence: number;
  /** Claim `iat`. */
  readonly issuedAt: number;
  /** Claim `exp`. */
  readonly expiresAt: number;
  /** Claim `kind`; further kinds come beside it. */
  readonly kind: 'health-status';
  /**
   * Claim `code`: not `status`, which the Token Status List specification owns. `none` withdraws what was stated before:
   * superseded like by any other statement, and nothing in its place.
   */
  readonly status: AttestedStatus;
  /** Claim `since`. */
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
  /** Sequence this one replaces for the same person. Claim `supersedes`. */
  readonly supersedes?: number;
  /** Index in the issuer's status list (IETF Token Status List). Claim `status.status_list.idx`, with its `uri`. */
  readonly statusListIndex: number;
  /**
   * Salted digests of what only the holder shows (RFC 9901). Claim `_sd`, absent when there are none; `_sd_alg` is
   * absent, SHA-256 being its default.
   */
  readonly disclosureDigests: readonly string[];
}
