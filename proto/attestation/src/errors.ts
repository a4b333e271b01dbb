/** Every refusal of this package. docs/error-codes.md explains each; a test keeps both equal. */
export type AttestationErrorCode =
  // form of the token
  | 'ATTESTATION_TOO_LARGE'
  | 'ATTESTATION_MALFORMED'
  | 'ATTESTATION_ENCODING_NOT_CANONICAL'
  | 'ATTESTATION_HEADER_INVALID'
  | 'ATTESTATION_TYPE_UNSUPPORTED'
  | 'ATTESTATION_ALGORITHM_UNSUPPORTED'
  | 'ATTESTATION_ALGORITHM_MISMATCH'
  | 'ATTESTATION_CLAIMS_INVALID'
  | 'ATTESTATION_DISCLOSURE_INVALID'
  // key and signature
  | 'ATTESTATION_KEY_UNKNOWN'
  | 'ATTESTATION_KEY_FOREIGN'
  | 'ATTESTATION_KEY_USE_INVALID'
  | 'ATTESTATION_KEY_EXPIRED'
  | 'ATTESTATION_KEY_REVOKED'
  | 'ATTESTATION_SIGNATURE_INVALID'
  // time and place
  | 'ATTESTATION_ISSUED_IN_FUTURE'
  | 'ATTESTATION_ISSUER_MISMATCH'
  // keys as registered
  | 'PROVINCE_KEY_INVALID'
  | 'PROVINCE_UNKNOWN'
  // people
  | 'IDENTITY_DOCUMENT_TYPE_UNSUPPORTED'
  | 'IDENTITY_DOCUMENT_NUMBER_INVALID'
  | 'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID'
  | 'SUBJECT_REFERENCE_INVALID'
  // personal payloads
  | 'SEALED_PAYLOAD_INVALID'
  // status lists
  | 'STATUS_LIST_INVALID'
  | 'STATUS_LIST_TOO_LARGE'
  | 'STATUS_LIST_KEY_UNKNOWN'
  | 'STATUS_LIST_KEY_REVOKED'
  | 'STATUS_LIST_ISSUER_MISMATCH'
  | 'STATUS_LIST_SIGNATURE_INVALID'
  | 'STATUS_LIST_EXPIRED'
  | 'STATUS_LIST_DIGEST_MISMATCH'
  | 'STATUS_LIST_ROLLED_BACK'
  | 'STATUS_LIST_DELTA_UNRELATED'
  // the package of a checkpoint without a network
  | 'PACKAGE_INVALID'
  | 'PACKAGE_EMPTY'
  | 'PACKAGE_ROLLED_BACK'
  | 'PACKAGE_EXPIRED'
  | 'PACKAGE_SIGNATURE_INVALID'
  | 'PACKAGE_TRUNCATED'
  | 'PACKAGE_TOO_LARGE'
  | 'PACKAGE_STORAGE_FAILED'
  | 'PACKAGE_UNREACHABLE'
  // codes as they are shown
  | 'COMPACT_CODE_INVALID'
  // conformance
  | 'CONFORMANCE_REPORT_INVALID'
  | 'CONFORMANCE_BADGE_INVALID'
  | 'CONFORMANCE_BADGE_EXPIRED';

/** Thrown by every `parse…` and `verify…` of this package. The message is for operators and never quotes the input. */
export class AttestationError extends Error {
  readonly code: AttestationErrorCode;

  constructor(code: AttestationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AttestationError';
    this.code = code;
  }
}
