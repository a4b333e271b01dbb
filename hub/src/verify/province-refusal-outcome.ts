import { AttestationError, type Availability, type RefusedRecognition } from '@health-code/attestation';
import { HubError, type ErrorCode } from '../errors.js';
import { isProvinceRefusalCode, type ProvinceRefusalCode } from '../province-call/province-refusal.js';
import { refused, type VerdictErrorCode, type VerifiedCode } from './verified-code.js';

interface Outcome {
  readonly recognition: RefusedRecognition;
  readonly availability?: Availability;
}

const UNKNOWN: Outcome = { recognition: 'unknown-code' };
const UNREACHABLE: Outcome = { recognition: 'issuer-unreachable' };
const NO_STATUS: Outcome = { recognition: 'no-status', availability: 'unavailable' };

/** What a checkpoint is told of a province's refusal. A new code without a row does not compile. */
const BY_PROVINCE_CODE: Readonly<Record<ProvinceRefusalCode, Outcome>> = {
  LOCAL_CODE_EXPIRED: { recognition: 'no-status', availability: 'expired' },
  LOCAL_CODE_SPENT: { recognition: 'no-status', availability: 'expired' },
  LOCAL_CODE_INVALID: UNKNOWN,
  LOCAL_CODE_FOREIGN: UNKNOWN,
  LOCAL_PERMISSION_DENIED: NO_STATUS,
  LOCAL_AGENT_UNKNOWN: NO_STATUS,
  LOCAL_AGENT_ENDED: NO_STATUS,
  LOCAL_AGENT_FULL: NO_STATUS,
  LOCAL_VERIFIER_INCOMPLETE: NO_STATUS,
  LOCAL_SYSTEM_UNREACHABLE: UNREACHABLE,
  LOCAL_SYSTEM_TIMEOUT: UNREACHABLE,
  LOCAL_SYSTEM_BUSY: UNREACHABLE,
  LOCAL_ANSWER_INVALID: NO_STATUS,
  LOCAL_ANSWER_TOO_LARGE: NO_STATUS,
  LOCAL_PERSON_UNRESOLVED: NO_STATUS,
  TRANSLATION_VALUE_UNKNOWN: NO_STATUS,
  TRANSLATION_RECORD_INVALID: NO_STATUS,
  CONVERSION_SOURCE_INVALID: NO_STATUS,
  CONVERSION_SOURCE_UNSUITABLE: NO_STATUS,
  CONVERSION_SOURCE_EXPIRED: NO_STATUS,
  CONVERSION_OF_CONVERSION: NO_STATUS,
  CONVERSION_CONTRADICTED: NO_STATUS,
  OPERATION_NOT_OFFERED: NO_STATUS,
  CALL_DEADLINE_PASSED: UNREACHABLE,
  CALL_INVALID: UNREACHABLE,
  REQUEST_FIELD_INVALID: NO_STATUS,
  ADAPTER_BUSY: UNREACHABLE,
  ADAPTER_FAILED: UNREACHABLE,
  HUB_UNREACHABLE: UNREACHABLE,
  PROVINCE_UNKNOWN: NO_STATUS,
  IDENTITY_DOCUMENT_TYPE_UNSUPPORTED: NO_STATUS,
  IDENTITY_DOCUMENT_NUMBER_INVALID: NO_STATUS,
  IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID: NO_STATUS,
  SUBJECT_REFERENCE_INVALID: NO_STATUS,
};

/** Failures of the call itself, on the hub's side. */
const BY_HUB_CODE: Readonly<Partial<Record<ErrorCode, Outcome>>> = {
  PROVINCE_NOT_ADMITTED: { recognition: 'no-agreement' },
  PROVINCE_NOT_REGISTERED: UNREACHABLE,
  ADAPTER_UNREACHABLE: UNREACHABLE,
  ADAPTER_TIMEOUT: UNREACHABLE,
  ADAPTER_ANSWER_INVALID: UNREACHABLE,
  ADAPTER_BUSY: UNREACHABLE,
  ADAPTER_REFUSED: UNREACHABLE,
};

/** The code of a province's answer that states no status. */
const BY_AVAILABILITY: Readonly<Record<Exclude<Availability, 'available'>, VerdictErrorCode | 'SUBJECT_UNKNOWN'>> = {
  pending: 'STATUS_PENDING',
  'not-applied': 'STATUS_NOT_APPLIED',
  'no-such-person': 'SUBJECT_UNKNOWN',
  unavailable: 'STATUS_UNAVAILABLE',
  expired: 'STATUS_EXPIRED',
};

/** The outcome where `province` answered and states no status. */
export const withoutStatus = (province: string, availability: Exclude<Availability, 'available'>): VerifiedCode => ({
  ...refused('no-status', BY_AVAILABILITY[availability]),
  askedProvince: province,
  availability,
});

/**
 * The outcome of a call to `province` that failed with `error`; the province's own code goes unchanged into it.
 * @throws the error itself where it is a fault of the hub, not of the province.
 */
export function outcomeOfFailedCall(province: string, error: unknown): VerifiedCode {
  if (error instanceof HubError) {
    const own = error.provinceErrorCode;
    const outcome = own !== undefined && isProvinceRefusalCode(own) ? BY_PROVINCE_CODE[own] : BY_HUB_CODE[error.code];
    if (outcome !== undefined) {
      const { recognition, ...availability } = outcome;
      return { ...refused(recognition, own ?? error.code), askedProvince: province, ...availability };
    }
  }
  // The province's registered encryption key cannot be used: it cannot be asked.
  if (error instanceof AttestationError) return { ...refused('issuer-unreachable', error.code), askedProvince: province };
  throw error;
}
