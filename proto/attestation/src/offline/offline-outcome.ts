import type { Attestation } from '../attestation.js';
import type { ProvinceCode } from '../province.js';
import type { RegionalPolicy } from '../recognition-policy.js';
import { REFUSAL_CODES } from '../refusal-codes.js';
import type { TestCircumstances } from '../test-result.js';
import { refuse, type FreshnessDescription, type Verdict } from '../verdict.js';
import type { CheckpointClass, RefusedRecognition } from '../verdict-policy.js';

/** Codes that only a verdict without a network carries. */
export type OfflineErrorCode =
  | 'STATUS_LIST_MISSING'
  | 'STATUS_LIST_INDEX_OUT_OF_RANGE'
  | 'NETWORK_NEEDED'
  | 'CLOCK_BEHIND'
  | 'CLOCK_AHEAD'
  | 'PACKAGE_MISSING';

/** Where a code is shown. */
export interface OfflineCheckpoint {
  readonly province: ProvinceCode;
  readonly checkpointClass: CheckpointClass;
}

/** What a verdict tells of an attestation. */
export interface Statement
  extends Pick<Attestation, 'issuer' | 'sequence' | 'kind' | 'status' | 'since' | 'reason' | 'rule' | 'authority' | 'evidence' | 'original' | 'source' | 'issuedAt' | 'expiresAt'> {
  /** Of a test. */
  readonly test?: TestCircumstances;
}

/** The outcome of verifying one code without a network: the verdict, and what it rests on. */
export interface OfflineOutcome {
  readonly verdict: Verdict;
  /** Precise reason, a code of docs/error-codes.md. Beside a recognised status only {@link OfflineErrorCode}: its age is not known. */
  readonly errorCode: string;
  /** The attested statement; only where its signature holds. */
  readonly attestation?: Statement;
  /** Seconds since the epoch at which the status was last known to hold; absent where nobody knows. */
  readonly knownAt?: number;
  /** Disclosed by the holder. */
  readonly maskedName?: string;
  /** The stricter regional rule that the advice follows; absent where the national floor holds. */
  readonly policy?: Pick<RegionalPolicy, 'id' | 'version'>;
  /** Of a recognised statement whose age is known. */
  readonly freshness?: FreshnessDescription;
  /** The province that would have to be asked, where what was shown is its own code. */
  readonly issuer?: string;
}

/** An outcome without a status, and why. */
export const refusedOffline = (recognition: RefusedRecognition, errorCode: string = REFUSAL_CODES[recognition]): OfflineOutcome => ({
  verdict: refuse(recognition),
  errorCode,
});
