/**
 * The JSON that an enrolled device in a browser and the hub exchange, on both sides. Words are those of the attestation package, so that
 * an answer of the hub and one found offline are shown by the same code. Times in whole seconds since the epoch; an absent value is absent.
 *
 * Every request but the one for a certificate carries `DPoP: <proof>` (RFC 9449): a JWT of `typ` dpop+jwt and `alg` ES256 whose header holds
 * the device's public key as `jwk` and its certificate as the only element of `x5c`, and whose claims are `jti`, `htm`, `htu` and `iat`.
 */
import type { Advice, AttestationKind, Availability, CheckpointClass, EvidenceClass, Freshness, Recognition } from '@health-code/attestation';

/** Where the device API stands, below the origin of the page. */
export const DEVICE_API = {
  /** POST {@link EnrolmentRequestJson}, answers {@link EnrolmentJson}. The only one without a proof. */
  enrolment: '/api/enrolment',
  /** POST {@link VerifyRequestJson}, answers {@link VerifyJson}. */
  verify: '/api/verify',
  /** POST {@link ReportRequestJson}, answers {@link ReportJson}. */
  reports: '/api/reports',
  /** GET, answers {@link StateJson}. */
  state: '/api/state',
} as const;

/** RFC 9449 4.2. */
export const PROOF_TYPE = 'dpop+jwt';

/** RFC 7518 3.4; the device's key is on P-256. */
export const PROOF_ALGORITHM = 'ES256';

/** Seconds that `iat` of a proof may lie from the hub's clock, either way. */
export const PROOF_WINDOW_SECONDS = 60;

/** A colour as the interface of the national platform writes it: "00" green, "01" yellow, "10" red; "none" is no colour. */
export type ColourJson = 'none' | '00' | '01' | '10';

/** 查询目的. */
export type PurposeJson = 'checkpoint' | 'travel' | 'medical-care' | 'self' | 'dispute';

/** A one-time token that the province gave out, for a certificate. */
export interface EnrolmentRequestJson {
  readonly token: string;
  /** PKCS#10 in DER, in base64, with no subject alternative name. */
  readonly certificateRequest: string;
}

/** One check of what was submitted. */
export interface CheckJson {
  readonly subject: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'not-run';
  readonly detail: string;
}

/** What a device keeps beside its key. */
export interface EnrolmentJson {
  /** X.509 in DER, in base64, the device's own first: that one goes into `x5c`. */
  readonly chain: readonly string[];
  /** SPIFFE ID. */
  readonly identity: string;
  /** GB/T 2260, of the checkpoint. */
  readonly province: string;
  readonly expiresAt: number;
  /** root.json of the offline package, in base64, to be pinned; absent where the hub publishes none. */
  readonly packageRoot?: string;
  readonly checks: readonly CheckJson[];
}

/** Who asks and what was shown: one of `code`, `codeBytes` and `identityDocument`. The province is that of the certificate. */
export interface VerifyRequestJson {
  readonly checkpointClass: CheckpointClass;
  readonly purpose: PurposeJson;
  /** 验码机构, passed to local systems that demand it; at most 128 characters. */
  readonly organisation?: string;
  /** 验码地点, likewise. */
  readonly position?: string;
  /** As scanned, where it is text. */
  readonly code?: string;
  /** As scanned, in base64, where it is none. */
  readonly codeBytes?: string;
  readonly identityDocument?: {
    /** WS 364.3 CV02.01.101, "01" for 居民身份证. */
    readonly type: string;
    readonly number: string;
    /** GB/T 2260 of the province to ask; absent where nobody knows it. */
    readonly homeProvince?: string;
  };
  /** What is wanted of a local code or a document; a health status where absent. */
  readonly kind?: AttestationKind;
}

/** 核酸检测. */
export interface TestJson {
  readonly result: 'negative' | 'positive' | 'inconclusive' | 'not-stated';
  readonly sampledAt: number;
  readonly reportedAt: number;
  readonly method: string;
  readonly laboratory: string;
}

/** A verdict with everything the protocol says of it (verdict.proto). */
export interface VerdictJson {
  readonly status: ColourJson;
  readonly recognition: Recognition;
  readonly freshness: Freshness;
  readonly advice: Advice;
  readonly availability?: Availability;
  /** A code of docs/error-codes.md; empty when recognised. */
  readonly errorCode: string;
  readonly issuer?: string;
  readonly sequence?: number;
  readonly reasonCode?: string;
  readonly ruleId?: string;
  readonly ruleVersion?: string;
  readonly authority?: string;
  readonly evidenceClass?: EvidenceClass;
  readonly original?: { readonly system: string; readonly field: string; readonly value: string };
  readonly issuedAt?: number;
  readonly expiresAt?: number;
  readonly statusSince?: number;
  readonly knownAt?: number;
  /** What `freshness` graded. */
  readonly freshnessAgeSeconds?: number;
  /** Up to which age the grade holds for this class of checkpoint. */
  readonly freshnessLimitSeconds?: number;
  readonly maskedName?: string;
  readonly conflicts: readonly { readonly issuer: string; readonly sequence: number; readonly status: ColourJson }[];
  /** The attestation's text, where the request did not show it. */
  readonly attestation?: string;
  readonly kind?: AttestationKind;
  readonly test?: TestJson;
  readonly source?: { readonly issuer: string; readonly sequence: number; readonly issuedAt: number };
  readonly policyId?: string;
  readonly policyVersion?: number;
  /** Of a canary: what it plays. */
  readonly canaryStatus?: ColourJson;
}

/** The hub's answer to what was shown. */
export interface VerifyJson {
  readonly verdict: VerdictJson;
  /** 业务透传数据; absent where the province returned none. */
  readonly bizExtData?: string;
}

/** So many checks without the hub came out alike. */
export interface CheckCountJson {
  readonly purpose: PurposeJson;
  readonly recognition: Recognition;
  readonly errorCode: string;
  /** GB/T 2260; absent where none is known. */
  readonly issuer?: string;
  /** At least 1. */
  readonly count: number;
}

/** Checks of one hour that were made without the hub. Repeating a report changes nothing. */
export interface ReportRequestJson {
  /** UUID (RFC 9562), chosen at random by the device, once for each report. */
  readonly reportId: string;
  /** Beginning of the hour. */
  readonly hour: number;
  /** At most 256. */
  readonly counts: readonly CheckCountJson[];
}

/** Whether a report had been counted before. */
export interface ReportJson {
  readonly isRepetition: boolean;
}

/** How the hub sees the device. */
export interface StateJson {
  /** Of the hub. */
  readonly serverTime: number;
  readonly identity: string;
  readonly province: string;
  readonly certificateExpiresAt: number;
  /** The newest version of the offline package; absent where the hub publishes none. */
  readonly packageVersion?: number;
  /** root.json of the newest version, in base64; for a device that was enrolled before there was one. */
  readonly packageRoot?: string;
}

/** Every answer whose HTTP status is 400 or more. */
export interface RefusalJson {
  /** A code of docs/error-codes.md. */
  readonly code: string;
  /** For operators, in English; people are told by the code. */
  readonly message: string;
  readonly fieldViolations: readonly { readonly field: string; readonly description: string }[];
  /** Of the hub: a device whose clock is wrong can make a proof that holds. */
  readonly serverTime: number;
  /** With RATE_LIMIT_EXCEEDED. */
  readonly retryAfterMs?: number;
}
