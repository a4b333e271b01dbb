import type { AttestationKind, AttestedStatus, AttestedValue, Advice, EvidenceClass, Freshness, OfflineOutcome, Recognition, Statement } from '@health-code/attestation';
import { timestampFromSeconds, v1 } from '@health-code/messages';

const STATUS_MESSAGE: Readonly<Record<AttestedStatus, v1.HealthStatus>> = {
  none: v1.HealthStatus.HEALTH_STATUS_UNSPECIFIED,
  '00': v1.HealthStatus.HEALTH_STATUS_GREEN,
  '01': v1.HealthStatus.HEALTH_STATUS_YELLOW,
  '10': v1.HealthStatus.HEALTH_STATUS_RED,
};

/** 互认结果 on the wire. */
export const RECOGNITION_MESSAGE: Readonly<Record<Recognition, v1.Recognition>> = {
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
};

const FRESHNESS_MESSAGE: Readonly<Record<Freshness, v1.Freshness>> = {
  unknown: v1.Freshness.FRESHNESS_UNSPECIFIED,
  fresh: v1.Freshness.FRESHNESS_FRESH,
  ageing: v1.Freshness.FRESHNESS_AGEING,
  stale: v1.Freshness.FRESHNESS_STALE,
  expired: v1.Freshness.FRESHNESS_EXPIRED,
};

const ADVICE_MESSAGE: Readonly<Record<Advice, v1.Advice>> = {
  allow: v1.Advice.ADVICE_ALLOW,
  'local-procedure': v1.Advice.ADVICE_LOCAL_PROCEDURE,
  'ask-person': v1.Advice.ADVICE_ASK_PERSON,
  'try-again': v1.Advice.ADVICE_TRY_AGAIN,
  'check-status': v1.Advice.ADVICE_CHECK_STATUS,
};

const KIND_MESSAGE: Readonly<Record<AttestationKind, v1.AttestationKind>> = {
  'health-status': v1.AttestationKind.ATTESTATION_KIND_HEALTH_STATUS,
  'nucleic-acid-test': v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST,
  canary: v1.AttestationKind.ATTESTATION_KIND_CANARY,
};

const EVIDENCE_MESSAGE: Readonly<Record<EvidenceClass, v1.EvidenceClass>> = {
  'self-declared': v1.EvidenceClass.EVIDENCE_CLASS_SELF_DECLARED,
  'verified-source': v1.EvidenceClass.EVIDENCE_CLASS_VERIFIED_SOURCE,
  laboratory: v1.EvidenceClass.EVIDENCE_CLASS_LABORATORY,
  'authority-decision': v1.EvidenceClass.EVIDENCE_CLASS_AUTHORITY_DECISION,
};

const RESULT_MESSAGE: Readonly<Partial<Record<AttestedValue, v1.TestResult>>> = {
  negative: v1.TestResult.TEST_RESULT_NEGATIVE,
  positive: v1.TestResult.TEST_RESULT_POSITIVE,
  inconclusive: v1.TestResult.TEST_RESULT_INCONCLUSIVE,
};

/** The colour a canary plays; never the one of `status`. */
const PLAYED_MESSAGE: Readonly<Partial<Record<AttestedValue, v1.HealthStatus>>> = {
  'canary-green': v1.HealthStatus.HEALTH_STATUS_GREEN,
  'canary-yellow': v1.HealthStatus.HEALTH_STATUS_YELLOW,
  'canary-red': v1.HealthStatus.HEALTH_STATUS_RED,
};

function toTest({ status, since, test }: Statement): v1.TestStatement.$Properties | null {
  if (test === undefined) return null;
  return {
    result: RESULT_MESSAGE[status] ?? v1.TestResult.TEST_RESULT_UNSPECIFIED,
    sampledAt: timestampFromSeconds(since),
    reportedAt: timestampFromSeconds(test.reportedAt),
    method: test.method,
    laboratory: test.laboratory,
  };
}

const toSource = (source: Statement['source']): v1.ConversionSource.$Properties | null =>
  source === undefined ? null : { issuer: source.issuer, sequence: source.sequence, issuedAt: timestampFromSeconds(source.issuedAt) };

/** As the hub says of a statement whether its issuer could state one: a withdrawal states none. */
function availabilityOf({ attestation }: OfflineOutcome): v1.Availability | null {
  if (attestation === undefined) return null;
  return attestation.status === 'none' ? v1.Availability.AVAILABILITY_UNAVAILABLE : v1.Availability.AVAILABILITY_AVAILABLE;
}

/** The verdict on the wire, with the fields and in the words of the hub's own answers. */
export function toVerdict(outcome: OfflineOutcome): v1.Verdict.$Properties {
  const { verdict, attestation, knownAt, freshness, policy } = outcome;
  // What a refused statement says is not told: the local system's own word for a colour is a colour too.
  const told = verdict.recognition === 'recognised' ? attestation : undefined;
  return {
    status: STATUS_MESSAGE[verdict.status],
    recognition: RECOGNITION_MESSAGE[verdict.recognition],
    freshness: FRESHNESS_MESSAGE[verdict.freshness],
    advice: ADVICE_MESSAGE[verdict.advice],
    availability: availabilityOf(outcome),
    errorCode: outcome.errorCode === '' ? null : outcome.errorCode,
    issuer: attestation?.issuer ?? outcome.issuer ?? null,
    sequence: attestation?.sequence ?? null,
    reasonCode: told?.reason ?? null,
    ruleId: attestation?.rule.id ?? null,
    ruleVersion: attestation?.rule.version ?? null,
    authority: attestation?.authority ?? null,
    evidenceClass: told === undefined ? null : EVIDENCE_MESSAGE[told.evidence],
    original: told?.original ?? null,
    issuedAt: attestation === undefined ? null : timestampFromSeconds(attestation.issuedAt),
    expiresAt: attestation === undefined ? null : timestampFromSeconds(attestation.expiresAt),
    statusSince: told === undefined ? null : timestampFromSeconds(told.since),
    knownAt: knownAt === undefined ? null : timestampFromSeconds(Math.floor(knownAt)),
    maskedName: outcome.maskedName ?? null,
    kind: attestation === undefined ? null : KIND_MESSAGE[attestation.kind],
    test: told === undefined ? null : toTest(told),
    source: toSource(attestation?.source),
    policyId: policy?.id ?? null,
    policyVersion: policy?.version ?? null,
    canaryStatus: told === undefined ? null : (PLAYED_MESSAGE[told.status] ?? null),
    freshnessAgeSeconds: freshness === undefined ? null : Math.max(0, Math.floor(freshness.ageSeconds)),
    freshnessLimitSeconds: freshness?.limitSeconds ?? null,
  };
}
