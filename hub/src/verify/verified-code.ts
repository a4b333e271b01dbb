import {
  refuse,
  REFUSAL_CODES,
  type Attestation,
  type AttestedValue,
  type Availability,
  type RefusedRecognition,
  type RegionalPolicy,
  type TestCircumstances,
  type Verdict,
} from '@health-code/attestation';

/** Codes that only a verdict carries, beside those of the hub, of the attestation package and of the province asked. */
export type VerdictErrorCode =
  | 'ATTESTATION_EXPIRED'
  | 'ATTESTATION_SUPERSEDED'
  | 'ATTESTATION_SUSPENDED'
  | 'ATTESTATION_CONTRADICTED'
  | 'ATTESTATION_KIND_MISMATCH'
  | 'ISSUER_SUSPENDED'
  | 'RULE_NOT_REGISTERED'
  | 'STATUS_PENDING'
  | 'STATUS_NOT_APPLIED'
  | 'STATUS_UNAVAILABLE'
  | 'STATUS_EXPIRED';

/** Another statement about the same person that stands against the one shown. */
export interface ConflictingStatement {
  readonly issuer: string;
  readonly sequence: number;
  readonly status: AttestedValue;
}

/** What a verdict tells of an attestation. */
export interface Statement
  extends Pick<Attestation, 'issuer' | 'sequence' | 'kind' | 'status' | 'since' | 'reason' | 'rule' | 'authority' | 'evidence' | 'original' | 'source' | 'issuedAt' | 'expiresAt'> {
  /** Of a test. */
  readonly test?: TestCircumstances;
}

/** The outcome of verifying one code: the verdict, and what it rests on. */
export interface VerifiedCode {
  readonly verdict: Verdict;
  /** Precise reason of a refusal, a code of docs/error-codes.md; empty when recognised. */
  readonly errorCode: string;
  /** The attested statement; only where its signature holds. */
  readonly attestation?: Statement;
  /** Seconds since the epoch at which the status was last known to hold; with `attestation`, but where nobody knows. */
  readonly knownAt?: number | undefined;
  /** What freshness graded, in seconds; absent where nothing is recognised or no age is known. */
  readonly freshnessAge?: number | undefined;
  /** The age up to which the grade holds for the asking class, in seconds; absent also of what is expired. */
  readonly freshnessLimit?: number | undefined;
  /** Disclosed by the holder. */
  readonly maskedName?: string;
  /** With recognition `conflict`: what stands against the statement shown. */
  readonly conflicts?: readonly ConflictingStatement[];
  /** The province that was asked and gave no attestation. */
  readonly askedProvince?: string;
  /** Whether that province could state a status; absent where nobody answered. `unavailable` where the attestation withdraws. */
  readonly availability?: Availability;
  /** The attestation's text, where the caller did not send it. */
  readonly token?: string;
  /** A canary was shown, by its code, or by an attestation of which nothing else is told: nobody was verified, whatever came of it. */
  readonly isCanary?: true;
  /** 业务透传数据 for QueryHealth. */
  readonly bizExtData?: string;
  /** The stricter regional rule that the advice follows; absent where the national floor holds. */
  readonly policy?: Pick<RegionalPolicy, 'id' | 'version'>;
}

/** Whether an outcome is about a person: a canary's code, or its attestation, is about nobody and is not counted. */
export const isAboutPerson = ({ isCanary, attestation }: VerifiedCode): boolean => isCanary !== true && attestation?.kind !== 'canary';

/** A verdict without a status, and why. */
export const refused = (recognition: RefusedRecognition, errorCode = REFUSAL_CODES[recognition]): VerifiedCode => ({
  verdict: refuse(recognition),
  errorCode,
});
