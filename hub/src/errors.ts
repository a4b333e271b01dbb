import type { AttestationErrorCode } from '@health-code/attestation';

/** Every refusal and failure of the hub. docs/error-codes.md explains each; a test keeps both equal. */
export type HubErrorCode =
  // start
  | 'CONFIG_INVALID'
  | 'DATABASE_UNAVAILABLE'
  | 'NATS_UNAVAILABLE'
  // callers
  | 'CALLER_UNIDENTIFIED'
  | 'CALLER_NOT_ALLOWED'
  | 'CALLER_PROVINCE_MISMATCH'
  | 'CERTIFICATE_REVOKED'
  | 'RATE_LIMIT_EXCEEDED'
  | 'DEVICE_PROOF_MISSING'
  | 'DEVICE_PROOF_INVALID'
  | 'DEVICE_PROOF_OUT_OF_TIME'
  | 'DEVICE_PROOF_REPLAYED'
  // provinces and checkpoints joining
  | 'ENROLMENT_TOKEN_REFUSED'
  | 'ENROLMENT_TOKEN_USED'
  | 'ENROLMENT_TOKEN_EXPIRED'
  | 'CERTIFICATE_REQUEST_REFUSED'
  | 'CHALLENGE_INVALID'
  | 'KEY_VOUCHER_INVALID'
  | 'KEY_NOT_ACCEPTED'
  | 'KEY_NOT_FOUND'
  | 'CONFORMANCE_NOT_PASSED'
  | 'BADGE_MISSING'
  | 'BADGE_ADAPTER_VERSION_MISMATCH'
  | 'MEMBERSHIP_STATE_INVALID'
  | 'PROVINCE_ALREADY_MEMBER'
  | 'PROVINCE_NOT_FOUND'
  | 'CHECKPOINT_NOT_FOUND'
  | 'REGISTRATION_INVALID'
  | 'PROTOCOL_VERSION_UNSUPPORTED'
  // operators
  | 'ACTION_NOT_FOUND'
  | 'ACTION_CLOSED'
  | 'SECOND_OPERATOR_REQUIRED'
  // policies
  | 'POLICY_INVALID'
  | 'POLICY_NOT_FOUND'
  | 'POLICY_CLOSED'
  // risk levels
  | 'RISK_LEVELS_TOO_MANY'
  // offline package
  | 'PACKAGE_NOT_PUBLISHED'
  // status lists
  | 'STATUS_LISTS_TOO_MANY'
  // ledger
  | 'LEDGER_ENTRY_NOT_FOUND'
  | 'ATTESTATION_EQUIVOCATED'
  // requests
  | 'REQUEST_INVALID'
  | 'PURPOSE_MISSING'
  | 'CODE_MISSING'
  | 'CODE_TOO_LARGE'
  | 'CODE_UNKNOWN'
  | 'CODE_AMBIGUOUS'
  | 'CODE_NOT_TEXT'
  | 'BATCH_TOO_LARGE'
  | 'SUBJECT_UNKNOWN'
  // calls to a province
  | 'PROVINCE_NOT_ADMITTED'
  | 'PROVINCE_NOT_REGISTERED'
  | 'ADAPTER_UNREACHABLE'
  | 'ADAPTER_TIMEOUT'
  | 'ADAPTER_ANSWER_INVALID'
  | 'ADAPTER_REFUSED'
  | 'ADAPTER_BUSY'
  // a fault of the hub itself
  | 'INTERNAL';

/** What the hub throws or hands on: its own codes and those of the attestation package, which pass through unchanged. */
export type ErrorCode = HubErrorCode | AttestationErrorCode;

/** One field of a request that was refused, in the terms of google.rpc.BadRequest. */
export interface FieldViolation {
  /** Path of the field as in the .proto file, for example `context.purpose`. */
  readonly field: string;
  /** What is wrong with it; never quotes the value. */
  readonly description: string;
}

/** What a {@link HubError} carries beside code and message. */
export interface HubErrorOptions extends ErrorOptions {
  readonly fieldViolations?: readonly FieldViolation[];
  /** The province's own code behind `ADAPTER_REFUSED`, for example `LOCAL_CODE_EXPIRED`. */
  readonly provinceErrorCode?: string;
  /** Milliseconds after which the same call may be tried again; of `RATE_LIMIT_EXCEEDED`. */
  readonly retryAfterMs?: number;
}

/** The one error class of the hub. The message is for operators and never quotes personal data. */
export class HubError extends Error {
  readonly code: ErrorCode;
  readonly fieldViolations: readonly FieldViolation[];
  readonly provinceErrorCode: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: HubErrorOptions = {}) {
    super(message, options);
    this.name = 'HubError';
    this.code = code;
    this.fieldViolations = options.fieldViolations ?? [];
    this.provinceErrorCode = options.provinceErrorCode;
    this.retryAfterMs = options.retryAfterMs;
  }
}
