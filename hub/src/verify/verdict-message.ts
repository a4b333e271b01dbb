import type { Advice, Attestation, Availability, EvidenceClass, Freshness, HealthStatus, Recognition } from '@health-code/attestation';
import { timestampFromSeconds, v1 } from '@health-code/messages';
import type { VerifiedCode } from './verified-code.js';

/** 健康码状态 on the wire. */
export const STATUS_MESSAGE: Readonly<Record<HealthStatus | 'none', v1.HealthStatus>> = {
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
  'signature-invalid': v1.Recognition.RECOGNITION_SIGNATURE_INVALID,
  'issuer-suspended': v1.Recognition.RECOGNITION_ISSUER_SUSPENDED,
  'unknown-code': v1.Recognition.RECOGNITION_UNKNOWN_CODE,
  'issuer-unreachable': v1.Recognition.RECOGNITION_ISSUER_UNREACHABLE,
  conflict: v1.Recognition.RECOGNITION_CONFLICT,
  'no-rule': v1.Recognition.RECOGNITION_NO_RULE,
  'no-status': v1.Recognition.RECOGNITION_NO_STATUS,
};

/** 时效 on the wire. */
export const FRESHNESS_MESSAGE: Readonly<Record<Freshness, v1.Freshness>> = {
  unknown: v1.Freshness.FRESHNESS_UNSPECIFIED,
  fresh: v1.Freshness.FRESHNESS_FRESH,
  ageing: v1.Freshness.FRESHNESS_AGEING,
  stale: v1.Freshness.FRESHNESS_STALE,
  expired: v1.Freshness.FRESHNESS_EXPIRED,
};

/** 处置建议 on the wire. */
export const ADVICE_MESSAGE: Readonly<Record<Advice, v1.Advice>> = {
  allow: v1.Advice.ADVICE_ALLOW,
  'local-procedure': v1.Advice.ADVICE_LOCAL_PROCEDURE,
  'ask-person': v1.Advice.ADVICE_ASK_PERSON,
  'try-again': v1.Advice.ADVICE_TRY_AGAIN,
};

const AVAILABILITY_MESSAGE: Readonly<Record<Availability, v1.Availability>> = {
  available: v1.Availability.AVAILABILITY_AVAILABLE,
  pending: v1.Availability.AVAILABILITY_PENDING,
  'not-applied': v1.Availability.AVAILABILITY_NOT_APPLIED,
  'no-such-person': v1.Availability.AVAILABILITY_NO_SUCH_PERSON,
  unavailable: v1.Availability.AVAILABILITY_UNAVAILABLE,
  expired: v1.Availability.AVAILABILITY_EXPIRED,
};

const EVIDENCE_MESSAGE: Readonly<Record<EvidenceClass, v1.EvidenceClass>> = {
  'self-declared': v1.EvidenceClass.EVIDENCE_CLASS_SELF_DECLARED,
  'verified-source': v1.EvidenceClass.EVIDENCE_CLASS_VERIFIED_SOURCE,
  laboratory: v1.EvidenceClass.EVIDENCE_CLASS_LABORATORY,
  'authority-decision': v1.EvidenceClass.EVIDENCE_CLASS_AUTHORITY_DECISION,
};

/** Which statement it is, whether or not it is recognised. */
const identityOf = (attestation: Attestation, knownAt: number | undefined): v1.Verdict.$Properties => ({
  issuer: attestation.issuer,
  sequence: attestation.sequence,
  ruleId: attestation.rule.id,
  ruleVersion: attestation.rule.version,
  authority: attestation.authority,
  issuedAt: timestampFromSeconds(attestation.issuedAt),
  expiresAt: timestampFromSeconds(attestation.expiresAt),
  ...(knownAt === undefined ? {} : { knownAt: timestampFromSeconds(knownAt) }),
});

/** What it says; only of a recognised one, since the local system's own word for a colour is a colour too. */
const contentOf = (attestation: Attestation): v1.Verdict.$Properties => ({
  reasonCode: attestation.reason,
  evidenceClass: EVIDENCE_MESSAGE[attestation.evidence],
  original: attestation.original,
  statusSince: timestampFromSeconds(attestation.since),
});

/** The answer to one verification. */
export function toVerifyCodeResponse(outcome: VerifiedCode): v1.VerifyCodeResponse.$Properties {
  const { verdict, attestation, availability, conflicts, token } = outcome;
  const message: v1.Verdict.$Properties = {
    status: STATUS_MESSAGE[verdict.status],
    recognition: RECOGNITION_MESSAGE[verdict.recognition],
    freshness: FRESHNESS_MESSAGE[verdict.freshness],
    advice: ADVICE_MESSAGE[verdict.advice],
    errorCode: outcome.errorCode,
  };
  if (attestation !== undefined) {
    Object.assign(message, identityOf(attestation, outcome.knownAt));
    message.availability = v1.Availability.AVAILABILITY_AVAILABLE;
    if (verdict.recognition === 'recognised') Object.assign(message, contentOf(attestation));
  } else {
    if (availability !== undefined) message.availability = AVAILABILITY_MESSAGE[availability];
    if (outcome.askedProvince !== undefined) message.issuer = outcome.askedProvince;
  }
  if (outcome.maskedName !== undefined) message.maskedName = outcome.maskedName;
  if (conflicts !== undefined) message.conflicts = conflicts.map(({ status, ...statement }) => ({ ...statement, status: STATUS_MESSAGE[status] }));
  if (token !== undefined) message.attestation = Buffer.from(token);
  return outcome.bizExtData === undefined ? { verdict: message } : { verdict: message, bizExtData: outcome.bizExtData };
}
