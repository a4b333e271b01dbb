/** Every refusal of an adapter that is not one of the attestation package's. docs/error-codes.md explains each; a test keeps both equal. */
export type AdapterErrorCode =
  // the local system, or the code it was asked about
  | 'LOCAL_CODE_EXPIRED'
  | 'LOCAL_CODE_SPENT'
  | 'LOCAL_CODE_INVALID'
  | 'LOCAL_CODE_FOREIGN'
  | 'LOCAL_PERMISSION_DENIED'
  | 'LOCAL_AGENT_UNKNOWN'
  | 'LOCAL_AGENT_ENDED'
  | 'LOCAL_AGENT_FULL'
  | 'LOCAL_VERIFIER_INCOMPLETE'
  | 'LOCAL_SYSTEM_UNREACHABLE'
  | 'LOCAL_SYSTEM_TIMEOUT'
  | 'LOCAL_SYSTEM_BUSY'
  | 'LOCAL_ANSWER_INVALID'
  | 'LOCAL_ANSWER_TOO_LARGE'
  | 'LOCAL_PERSON_UNRESOLVED'
  // translation
  | 'TRANSLATION_VALUE_UNKNOWN'
  | 'TRANSLATION_RECORD_INVALID'
  // conversion of foreign statements
  | 'CONVERSION_SOURCE_INVALID'
  | 'CONVERSION_SOURCE_UNSUITABLE'
  | 'CONVERSION_SOURCE_EXPIRED'
  | 'CONVERSION_OF_CONVERSION'
  | 'CONVERSION_CONTRADICTED'
  // suspending what was attested
  | 'SUSPENSION_SEQUENCE_UNKNOWN'
  | 'SUSPENSION_NOT_STANDING'
  // the page of a person who shows a code
  | 'HOLDER_LOGIN_REFUSED'
  | 'HOLDER_LOGIN_LIMITED'
  | 'HOLDER_SESSION_ENDED'
  | 'HOLDER_REQUEST_FOREIGN'
  | 'HOLDER_MEMBER_UNKNOWN'
  | 'HOLDER_NO_STATUS'
  // calls of the hub
  | 'OPERATION_NOT_OFFERED'
  | 'CALL_DEADLINE_PASSED'
  | 'CALL_INVALID'
  | 'REQUEST_FIELD_INVALID'
  // the adapter itself
  | 'ADAPTER_BUSY'
  | 'ADAPTER_FAILED'
  // the register's view of this adapter
  | 'REGISTRATION_REFUSED'
  | 'HUB_UNREACHABLE'
  // start
  | 'MAPPING_INVALID'
  | 'CONFIG_INVALID';

/** A field of a local answer and what stood in it. */
export interface LocalValue {
  readonly field: string;
  readonly value: string;
}

/** Thrown by everything of this workspace. The message is for operators: it never quotes a person's particulars. */
export class AdapterError extends Error {
  readonly code: AdapterErrorCode;
  /** With `TRANSLATION_VALUE_UNKNOWN`: the local field and value that have no translation. Never logged. */
  declare readonly untranslated: LocalValue | undefined;

  constructor(code: AdapterErrorCode, message: string, options?: ErrorOptions & { readonly untranslated?: LocalValue }) {
    super(message, options);
    this.name = 'AdapterError';
    this.code = code;
    // Not enumerable: a value that nobody understands may be anything, and loggers print every member of an error.
    Object.defineProperty(this, 'untranslated', { value: options?.untranslated, enumerable: false });
  }
}

/** A refusal that is the right answer to what was asked: nobody need read of it in a log. */
export class ExpectedRefusal extends AdapterError {}
