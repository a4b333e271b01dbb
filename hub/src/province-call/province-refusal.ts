/**
 * Codes with which a province's adapter may refuse a call. Closed: an adapter that says anything else gave no answer the
 * hub can explain (`ADAPTER_ANSWER_INVALID`), and free text in a code could carry a person's particulars.
 */
export const PROVINCE_REFUSAL_CODES = [
  // the local system, or the code it was asked about
  'LOCAL_CODE_EXPIRED',
  'LOCAL_CODE_SPENT',
  'LOCAL_CODE_INVALID',
  'LOCAL_CODE_FOREIGN',
  'LOCAL_PERMISSION_DENIED',
  'LOCAL_AGENT_UNKNOWN',
  'LOCAL_AGENT_ENDED',
  'LOCAL_AGENT_FULL',
  'LOCAL_VERIFIER_INCOMPLETE',
  'LOCAL_SYSTEM_UNREACHABLE',
  'LOCAL_SYSTEM_TIMEOUT',
  'LOCAL_SYSTEM_BUSY',
  'LOCAL_ANSWER_INVALID',
  'LOCAL_ANSWER_TOO_LARGE',
  'LOCAL_PERSON_UNRESOLVED',
  // translation
  'TRANSLATION_VALUE_UNKNOWN',
  'TRANSLATION_RECORD_INVALID',
  // conversion of a foreign statement
  'CONVERSION_SOURCE_INVALID',
  'CONVERSION_SOURCE_UNSUITABLE',
  'CONVERSION_SOURCE_EXPIRED',
  'CONVERSION_OF_CONVERSION',
  'CONVERSION_CONTRADICTED',
  // the call
  'OPERATION_NOT_OFFERED',
  'CALL_DEADLINE_PASSED',
  'CALL_INVALID',
  'REQUEST_FIELD_INVALID',
  // the adapter
  'ADAPTER_BUSY',
  'ADAPTER_FAILED',
  'HUB_UNREACHABLE',
  // what the adapter checks again for itself
  'PROVINCE_UNKNOWN',
  'IDENTITY_DOCUMENT_TYPE_UNSUPPORTED',
  'IDENTITY_DOCUMENT_NUMBER_INVALID',
  'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID',
  'SUBJECT_REFERENCE_INVALID',
] as const;

/** One of {@link PROVINCE_REFUSAL_CODES}. */
export type ProvinceRefusalCode = (typeof PROVINCE_REFUSAL_CODES)[number];

const codes: ReadonlySet<string> = new Set(PROVINCE_REFUSAL_CODES);

/** Whether `code` is one an adapter may refuse with. */
export const isProvinceRefusalCode = (code: string): code is ProvinceRefusalCode => codes.has(code);
