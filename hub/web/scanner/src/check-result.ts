import type { Advice, AttestedStatus, AttestationKind, CheckpointClass, EvidenceClass, Freshness, IdentityDocument, Recognition } from '@health-code/attestation';

/** Whose word a result is: the offline package held here, the hub, or this device alone, which could ask neither. */
export type Decider = 'package' | 'hub' | 'device';

/** What was shown at the checkpoint. */
export type Shown = { readonly kind: 'code'; readonly bytes: Uint8Array; readonly text: string } | { readonly kind: 'document'; readonly document: IdentityDocument; readonly homeProvince: string };

/** One verification as the page shows it. Times in seconds since the epoch. What a refused statement says is not told. */
export interface CheckResult {
  readonly decidedBy: Decider;
  readonly status: AttestedStatus;
  /** What is recognised, in the words of its kind; `none` where nothing is. */
  readonly stated: string;
  readonly recognition: Recognition;
  readonly freshness: Freshness;
  readonly advice: Advice;
  /** Precise reason of a refusal; empty when recognised. */
  readonly errorCode: string;
  readonly kind?: AttestationKind;
  /** GB/T 2260 code. */
  readonly issuer?: string;
  readonly sequence?: number;
  readonly reason?: string;
  readonly authority?: string;
  readonly evidence?: EvidenceClass;
  readonly rule?: { readonly id: string; readonly version: string };
  readonly policy?: { readonly id: string; readonly version: number };
  readonly maskedName?: string;
  readonly knownAt?: number;
  readonly issuedAt?: number;
  readonly expiresAt?: number;
  readonly since?: number;
  readonly age?: { readonly ageSeconds: number; readonly limitSeconds?: number };
  readonly conflicts?: readonly { readonly issuer: string; readonly status: string }[];
  /** Version of the package that decided. */
  readonly packageVersion?: number;
}

/** A result, and what this device alone knows about the scan. */
export interface Check {
  /** Counts up: a new one is a new scan. */
  readonly number: number;
  readonly result: CheckResult;
  readonly shown: Shown['kind'];
  /** Reason and guidance of the reason code, in the words of the package, per language. */
  readonly reasonText?: ReasonText;
  readonly ruleTitle?: string;
  /** Seconds since the same code was scanned here before; absent for the first time within a minute. */
  readonly seenSecondsAgo?: number;
}

/** What the package says about a reason code. */
export interface ReasonText {
  readonly zh: string;
  readonly en: string;
  readonly guidanceZh: string;
  readonly guidanceEn: string;
}

/** Where the device stands and what it checks for. */
export interface Place {
  readonly province: string;
  readonly checkpointClass: CheckpointClass;
}
