/**
 * The words of a verdict on the wire. Keys are the words of the proof, which this folder does not know: who looks one up by its own type
 * does not compile where a word has no row.
 */
import { v1 } from './messages.js';

/** 健康码状态. `none`: no colour. */
export const STATUS_MESSAGE = {
  none: v1.HealthStatus.HEALTH_STATUS_UNSPECIFIED,
  '00': v1.HealthStatus.HEALTH_STATUS_GREEN,
  '01': v1.HealthStatus.HEALTH_STATUS_YELLOW,
  '10': v1.HealthStatus.HEALTH_STATUS_RED,
} as const satisfies Readonly<Record<string, v1.HealthStatus>>;

/** 互认结果. */
export const RECOGNITION_MESSAGE = {
  recognised: v1.Recognition.RECOGNITION_RECOGNISED,
  'no-agreement': v1.Recognition.RECOGNITION_NO_AGREEMENT,
  expired: v1.Recognition.RECOGNITION_EXPIRED,
  superseded: v1.Recognition.RECOGNITION_SUPERSEDED,
  suspended: v1.Recognition.RECOGNITION_SUSPENDED,
  'signature-invalid': v1.Recognition.RECOGNITION_SIGNATURE_INVALID,
  'issuer-suspended': v1.Recognition.RECOGNITION_ISSUER_SUSPENDED,
  'unknown-code': v1.Recognition.RECOGNITION_UNKNOWN_CODE,
  'issuer-unreachable': v1.Recognition.RECOGNITION_ISSUER_UNREACHABLE,
  conflict: v1.Recognition.RECOGNITION_CONFLICT,
  'no-rule': v1.Recognition.RECOGNITION_NO_RULE,
  'no-status': v1.Recognition.RECOGNITION_NO_STATUS,
} as const satisfies Readonly<Record<string, v1.Recognition>>;

/** 时效. */
export const FRESHNESS_MESSAGE = {
  unknown: v1.Freshness.FRESHNESS_UNSPECIFIED,
  fresh: v1.Freshness.FRESHNESS_FRESH,
  ageing: v1.Freshness.FRESHNESS_AGEING,
  stale: v1.Freshness.FRESHNESS_STALE,
  expired: v1.Freshness.FRESHNESS_EXPIRED,
} as const satisfies Readonly<Record<string, v1.Freshness>>;

/** 处置建议. */
export const ADVICE_MESSAGE = {
  allow: v1.Advice.ADVICE_ALLOW,
  'local-procedure': v1.Advice.ADVICE_LOCAL_PROCEDURE,
  'ask-person': v1.Advice.ADVICE_ASK_PERSON,
  'try-again': v1.Advice.ADVICE_TRY_AGAIN,
  'check-status': v1.Advice.ADVICE_CHECK_STATUS,
} as const satisfies Readonly<Record<string, v1.Advice>>;

/** 检测结果; `undefined` of a word that is none. */
export const RESULT_MESSAGE: Readonly<Record<string, v1.TestResult | undefined>> = {
  negative: v1.TestResult.TEST_RESULT_NEGATIVE,
  positive: v1.TestResult.TEST_RESULT_POSITIVE,
  inconclusive: v1.TestResult.TEST_RESULT_INCONCLUSIVE,
};

/** The colour a canary plays, never the one of a status; `undefined` of a word that is none. */
export const PLAYED_MESSAGE: Readonly<Record<string, v1.HealthStatus | undefined>> = {
  'canary-green': v1.HealthStatus.HEALTH_STATUS_GREEN,
  'canary-yellow': v1.HealthStatus.HEALTH_STATUS_YELLOW,
  'canary-red': v1.HealthStatus.HEALTH_STATUS_RED,
};

/** Whether a status could be stated. */
export const AVAILABILITY_MESSAGE = {
  available: v1.Availability.AVAILABILITY_AVAILABLE,
  pending: v1.Availability.AVAILABILITY_PENDING,
  'not-applied': v1.Availability.AVAILABILITY_NOT_APPLIED,
  'no-such-person': v1.Availability.AVAILABILITY_NO_SUCH_PERSON,
  unavailable: v1.Availability.AVAILABILITY_UNAVAILABLE,
  expired: v1.Availability.AVAILABILITY_EXPIRED,
} as const satisfies Readonly<Record<string, v1.Availability>>;

/** 依据类别. */
export const EVIDENCE_MESSAGE = {
  'self-declared': v1.EvidenceClass.EVIDENCE_CLASS_SELF_DECLARED,
  'verified-source': v1.EvidenceClass.EVIDENCE_CLASS_VERIFIED_SOURCE,
  laboratory: v1.EvidenceClass.EVIDENCE_CLASS_LABORATORY,
  'authority-decision': v1.EvidenceClass.EVIDENCE_CLASS_AUTHORITY_DECISION,
} as const satisfies Readonly<Record<string, v1.EvidenceClass>>;

/** 声明种类. */
export const KIND_MESSAGE = {
  'health-status': v1.AttestationKind.ATTESTATION_KIND_HEALTH_STATUS,
  'nucleic-acid-test': v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST,
  canary: v1.AttestationKind.ATTESTATION_KIND_CANARY,
} as const satisfies Readonly<Record<string, v1.AttestationKind>>;
