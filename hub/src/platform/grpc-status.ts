import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { AttestationError } from '@health-code/attestation';
import { HubError, type ErrorCode } from '../errors.js';
import { isProvinceRefusalCode, type ProvinceRefusalCode } from '../province-call/province-refusal.js';
import { isDatabaseUnavailable } from './database-failure.js';
import { encodeRichError, type RichError } from './rich-error.js';

/** The gRPC status of every code; a new code without a row does not compile. */
const GRPC_STATUS: Readonly<Record<ErrorCode, status>> = {
  CONFIG_INVALID: status.INTERNAL,
  DATABASE_UNAVAILABLE: status.UNAVAILABLE,
  NATS_UNAVAILABLE: status.UNAVAILABLE,
  CALLER_UNIDENTIFIED: status.UNAUTHENTICATED,
  CALLER_NOT_ALLOWED: status.PERMISSION_DENIED,
  CALLER_PROVINCE_MISMATCH: status.PERMISSION_DENIED,
  CERTIFICATE_REVOKED: status.UNAUTHENTICATED,
  RATE_LIMIT_EXCEEDED: status.RESOURCE_EXHAUSTED,
  DEVICE_PROOF_MISSING: status.UNAUTHENTICATED,
  DEVICE_PROOF_INVALID: status.UNAUTHENTICATED,
  DEVICE_PROOF_OUT_OF_TIME: status.UNAUTHENTICATED,
  DEVICE_PROOF_REPLAYED: status.UNAUTHENTICATED,
  ENROLMENT_TOKEN_REFUSED: status.UNAUTHENTICATED,
  ENROLMENT_TOKEN_USED: status.UNAUTHENTICATED,
  ENROLMENT_TOKEN_EXPIRED: status.UNAUTHENTICATED,
  CERTIFICATE_REQUEST_REFUSED: status.INVALID_ARGUMENT,
  CHALLENGE_INVALID: status.FAILED_PRECONDITION,
  KEY_VOUCHER_INVALID: status.INVALID_ARGUMENT,
  KEY_NOT_ACCEPTED: status.FAILED_PRECONDITION,
  KEY_NOT_FOUND: status.NOT_FOUND,
  CONFORMANCE_NOT_PASSED: status.FAILED_PRECONDITION,
  BADGE_MISSING: status.FAILED_PRECONDITION,
  BADGE_ADAPTER_VERSION_MISMATCH: status.FAILED_PRECONDITION,
  MEMBERSHIP_STATE_INVALID: status.FAILED_PRECONDITION,
  PROVINCE_ALREADY_MEMBER: status.ALREADY_EXISTS,
  PROVINCE_NOT_FOUND: status.NOT_FOUND,
  CHECKPOINT_NOT_FOUND: status.NOT_FOUND,
  REGISTRATION_INVALID: status.INVALID_ARGUMENT,
  PROTOCOL_VERSION_UNSUPPORTED: status.FAILED_PRECONDITION,
  ACTION_NOT_FOUND: status.NOT_FOUND,
  ACTION_CLOSED: status.FAILED_PRECONDITION,
  SECOND_OPERATOR_REQUIRED: status.FAILED_PRECONDITION,
  POLICY_INVALID: status.INVALID_ARGUMENT,
  POLICY_NOT_FOUND: status.NOT_FOUND,
  POLICY_CLOSED: status.FAILED_PRECONDITION,
  RISK_LEVELS_TOO_MANY: status.RESOURCE_EXHAUSTED,
  PACKAGE_NOT_PUBLISHED: status.FAILED_PRECONDITION,
  STATUS_LISTS_TOO_MANY: status.RESOURCE_EXHAUSTED,
  LEDGER_ENTRY_NOT_FOUND: status.NOT_FOUND,
  ATTESTATION_EQUIVOCATED: status.FAILED_PRECONDITION,
  REQUEST_INVALID: status.INVALID_ARGUMENT,
  PURPOSE_MISSING: status.INVALID_ARGUMENT,
  CODE_MISSING: status.INVALID_ARGUMENT,
  CODE_TOO_LARGE: status.INVALID_ARGUMENT,
  CODE_UNKNOWN: status.INVALID_ARGUMENT,
  CODE_AMBIGUOUS: status.INVALID_ARGUMENT,
  CODE_NOT_TEXT: status.INVALID_ARGUMENT,
  BATCH_TOO_LARGE: status.INVALID_ARGUMENT,
  SUBJECT_UNKNOWN: status.NOT_FOUND,
  PROVINCE_NOT_ADMITTED: status.FAILED_PRECONDITION,
  PROVINCE_NOT_REGISTERED: status.FAILED_PRECONDITION,
  ADAPTER_UNREACHABLE: status.UNAVAILABLE,
  ADAPTER_TIMEOUT: status.DEADLINE_EXCEEDED,
  ADAPTER_ANSWER_INVALID: status.UNAVAILABLE,
  ADAPTER_REFUSED: status.FAILED_PRECONDITION,
  ADAPTER_BUSY: status.RESOURCE_EXHAUSTED,
  INTERNAL: status.INTERNAL,
  ATTESTATION_TOO_LARGE: status.INVALID_ARGUMENT,
  ATTESTATION_MALFORMED: status.INVALID_ARGUMENT,
  ATTESTATION_ENCODING_NOT_CANONICAL: status.INVALID_ARGUMENT,
  ATTESTATION_HEADER_INVALID: status.INVALID_ARGUMENT,
  ATTESTATION_TYPE_UNSUPPORTED: status.INVALID_ARGUMENT,
  ATTESTATION_ALGORITHM_UNSUPPORTED: status.INVALID_ARGUMENT,
  ATTESTATION_ALGORITHM_MISMATCH: status.INVALID_ARGUMENT,
  ATTESTATION_CLAIMS_INVALID: status.INVALID_ARGUMENT,
  ATTESTATION_DISCLOSURE_INVALID: status.INVALID_ARGUMENT,
  ATTESTATION_KEY_UNKNOWN: status.INVALID_ARGUMENT,
  ATTESTATION_KEY_FOREIGN: status.INVALID_ARGUMENT,
  ATTESTATION_KEY_USE_INVALID: status.INVALID_ARGUMENT,
  ATTESTATION_KEY_EXPIRED: status.INVALID_ARGUMENT,
  ATTESTATION_KEY_REVOKED: status.INVALID_ARGUMENT,
  ATTESTATION_SIGNATURE_INVALID: status.INVALID_ARGUMENT,
  ATTESTATION_ISSUED_IN_FUTURE: status.INVALID_ARGUMENT,
  ATTESTATION_ISSUER_MISMATCH: status.INVALID_ARGUMENT,
  PROVINCE_KEY_INVALID: status.INVALID_ARGUMENT,
  PROVINCE_UNKNOWN: status.INVALID_ARGUMENT,
  IDENTITY_DOCUMENT_TYPE_UNSUPPORTED: status.INVALID_ARGUMENT,
  IDENTITY_DOCUMENT_NUMBER_INVALID: status.INVALID_ARGUMENT,
  IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID: status.INVALID_ARGUMENT,
  SUBJECT_REFERENCE_INVALID: status.INVALID_ARGUMENT,
  SEALED_PAYLOAD_INVALID: status.INVALID_ARGUMENT,
  STATUS_LIST_INVALID: status.INVALID_ARGUMENT,
  STATUS_LIST_TOO_LARGE: status.INVALID_ARGUMENT,
  STATUS_LIST_KEY_UNKNOWN: status.INVALID_ARGUMENT,
  STATUS_LIST_KEY_REVOKED: status.INVALID_ARGUMENT,
  STATUS_LIST_ISSUER_MISMATCH: status.INVALID_ARGUMENT,
  STATUS_LIST_SIGNATURE_INVALID: status.INVALID_ARGUMENT,
  STATUS_LIST_EXPIRED: status.FAILED_PRECONDITION,
  STATUS_LIST_DIGEST_MISMATCH: status.INVALID_ARGUMENT,
  STATUS_LIST_ROLLED_BACK: status.FAILED_PRECONDITION,
  STATUS_LIST_DELTA_UNRELATED: status.FAILED_PRECONDITION,
  PACKAGE_INVALID: status.FAILED_PRECONDITION,
  PACKAGE_EMPTY: status.FAILED_PRECONDITION,
  PACKAGE_ROLLED_BACK: status.FAILED_PRECONDITION,
  PACKAGE_EXPIRED: status.FAILED_PRECONDITION,
  PACKAGE_SIGNATURE_INVALID: status.FAILED_PRECONDITION,
  PACKAGE_TRUNCATED: status.FAILED_PRECONDITION,
  PACKAGE_TOO_LARGE: status.FAILED_PRECONDITION,
  PACKAGE_STORAGE_FAILED: status.FAILED_PRECONDITION,
  PACKAGE_UNREACHABLE: status.UNAVAILABLE,
  COMPACT_CODE_INVALID: status.INVALID_ARGUMENT,
  CONFORMANCE_REPORT_INVALID: status.INVALID_ARGUMENT,
  CONFORMANCE_BADGE_INVALID: status.INVALID_ARGUMENT,
  CONFORMANCE_BADGE_EXPIRED: status.FAILED_PRECONDITION,
};

/** The gRPC status of `ADAPTER_REFUSED`, by the province's own code. */
const PROVINCE_REFUSAL_STATUS: Readonly<Record<ProvinceRefusalCode, status>> = {
  LOCAL_CODE_EXPIRED: status.FAILED_PRECONDITION,
  LOCAL_CODE_SPENT: status.FAILED_PRECONDITION,
  LOCAL_CODE_INVALID: status.INVALID_ARGUMENT,
  LOCAL_CODE_FOREIGN: status.INVALID_ARGUMENT,
  LOCAL_PERMISSION_DENIED: status.PERMISSION_DENIED,
  LOCAL_AGENT_UNKNOWN: status.PERMISSION_DENIED,
  LOCAL_AGENT_ENDED: status.PERMISSION_DENIED,
  LOCAL_AGENT_FULL: status.PERMISSION_DENIED,
  LOCAL_VERIFIER_INCOMPLETE: status.INVALID_ARGUMENT,
  LOCAL_SYSTEM_UNREACHABLE: status.UNAVAILABLE,
  LOCAL_SYSTEM_TIMEOUT: status.DEADLINE_EXCEEDED,
  LOCAL_SYSTEM_BUSY: status.UNAVAILABLE,
  LOCAL_ANSWER_INVALID: status.UNAVAILABLE,
  LOCAL_ANSWER_TOO_LARGE: status.UNAVAILABLE,
  LOCAL_PERSON_UNRESOLVED: status.NOT_FOUND,
  TRANSLATION_VALUE_UNKNOWN: status.FAILED_PRECONDITION,
  TRANSLATION_RECORD_INVALID: status.FAILED_PRECONDITION,
  CONVERSION_SOURCE_INVALID: status.INVALID_ARGUMENT,
  CONVERSION_SOURCE_UNSUITABLE: status.INVALID_ARGUMENT,
  CONVERSION_SOURCE_EXPIRED: status.FAILED_PRECONDITION,
  CONVERSION_OF_CONVERSION: status.FAILED_PRECONDITION,
  CONVERSION_CONTRADICTED: status.FAILED_PRECONDITION,
  OPERATION_NOT_OFFERED: status.UNIMPLEMENTED,
  CALL_DEADLINE_PASSED: status.DEADLINE_EXCEEDED,
  // The province could not open the call, or takes less than the hub does: the same call again will not help.
  CALL_INVALID: status.FAILED_PRECONDITION,
  REQUEST_FIELD_INVALID: status.INVALID_ARGUMENT,
  ADAPTER_BUSY: status.RESOURCE_EXHAUSTED,
  ADAPTER_FAILED: status.UNAVAILABLE,
  HUB_UNREACHABLE: status.UNAVAILABLE,
  PROVINCE_UNKNOWN: status.INVALID_ARGUMENT,
  IDENTITY_DOCUMENT_TYPE_UNSUPPORTED: status.INVALID_ARGUMENT,
  IDENTITY_DOCUMENT_NUMBER_INVALID: status.INVALID_ARGUMENT,
  IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID: status.INVALID_ARGUMENT,
  SUBJECT_REFERENCE_INVALID: status.INVALID_ARGUMENT,
};

/** Trailer of the richer error model (gRPC error handling guide). */
const DETAILS = 'grpc-status-details-bin';

/** Every code that has a gRPC status. */
export const ERROR_CODES = Object.keys(GRPC_STATUS) as readonly ErrorCode[];

/** Whether `error` is a fault of the hub, which belongs in the log; everything else is an answer to its caller. */
export const isFault = (error: unknown): boolean =>
  !(error instanceof AttestationError) && !(error instanceof HubError && error.code !== 'INTERNAL');

/**
 * Fields named in one refusal. It travels in HTTP/2 trailers, and a caller that takes no more than the usual 8 or 16 kB of them
 * would get a broken connection in place of an answer.
 */
export const VIOLATIONS_TOLD = 32;

/** Most characters of a sentence, which stands in the trailers twice, and of what is said of one field. */
const LENGTH = { message: 900, description: 96 } as const;

const cut = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);

/** What of an error fits into trailers; the rest is counted. */
function boundedOf({ message, fieldViolations }: HubError): Pick<RichError, 'message' | 'fieldViolations'> {
  const told = fieldViolations.slice(0, VIOLATIONS_TOLD).map(({ field, description }) => ({ field, description: cut(description, LENGTH.description) }));
  const more = fieldViolations.length - told.length;
  if (more === 0) return { message: cut(message, LENGTH.message), fieldViolations: told };
  const fields = told.map(({ field }) => field).join(', ');
  return { message: `bad fields: ${cut(fields, LENGTH.message)} and ${String(more)} more`, fieldViolations: told };
}

/** What a caller is told about `error`, whatever the protocol. */
export function describe(error: unknown): Omit<RichError, 'code'> & { readonly reason: ErrorCode } {
  if (error instanceof HubError) {
    const metadata = {
      ...(error.provinceErrorCode === undefined ? {} : { province_error_code: error.provinceErrorCode }),
      ...(error.retryAfterMs === undefined ? {} : { retry_after_ms: String(error.retryAfterMs) }),
    };
    return { reason: error.code, metadata, ...boundedOf(error) };
  }
  if (error instanceof AttestationError) {
    return { reason: error.code, message: error.message, metadata: {}, fieldViolations: [] };
  }
  if (isDatabaseUnavailable(error)) {
    return { reason: 'DATABASE_UNAVAILABLE', message: 'the register cannot be read now', metadata: {}, fieldViolations: [] };
  }
  // The text of an unexpected error may quote rows or requests: the caller gets none of it.
  return { reason: 'INTERNAL', message: 'a fault of the hub', metadata: {}, fieldViolations: [] };
}

/** The gRPC status of `error`, whose reason was told by {@link describe}. */
export function grpcStatusOf(error: unknown, reason: ErrorCode): status {
  const refusal = error instanceof HubError ? error.provinceErrorCode : undefined;
  return refusal !== undefined && isProvinceRefusalCode(refusal) ? PROVINCE_REFUSAL_STATUS[refusal] : GRPC_STATUS[reason];
}

/** What a caller is told about `error`: gRPC status, sentence, and `google.rpc.Status` with `ErrorInfo` and `BadRequest`. */
export function statusOf(error: unknown): StatusObject {
  const described = describe(error);
  const code = grpcStatusOf(error, described.reason);
  const metadata = new Metadata();
  metadata.set(DETAILS, encodeRichError({ ...described, code }));
  return { code, details: `${described.reason}: ${described.message}`, metadata };
}
