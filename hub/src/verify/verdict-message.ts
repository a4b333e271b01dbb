import type { AttestedValue } from '@health-code/attestation';
import { ADVICE_MESSAGE, AVAILABILITY_MESSAGE, EVIDENCE_MESSAGE, FRESHNESS_MESSAGE, KIND_MESSAGE, PLAYED_MESSAGE, RECOGNITION_MESSAGE, RESULT_MESSAGE, STATUS_MESSAGE, timestampFromSeconds, v1 } from '@health-code/messages';
import type { Statement, VerifiedCode } from './verified-code.js';

const colourOf = (status: AttestedValue): v1.HealthStatus =>
  (STATUS_MESSAGE as Readonly<Partial<Record<AttestedValue, v1.HealthStatus>>>)[status] ?? v1.HealthStatus.HEALTH_STATUS_UNSPECIFIED;

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

/** Every field in one order, whatever the outcome: objects of one shape are encoded twice as fast as objects of many. */
function toVerdict(outcome: VerifiedCode): v1.Verdict.$Properties {
  const { verdict, attestation, knownAt } = outcome;
  // What a refused statement says is not told: the local system's own word for a colour is a colour too.
  const told = verdict.recognition === 'recognised' ? attestation : undefined;
  return {
    status: STATUS_MESSAGE[verdict.status],
    recognition: RECOGNITION_MESSAGE[verdict.recognition],
    freshness: FRESHNESS_MESSAGE[verdict.freshness],
    advice: ADVICE_MESSAGE[verdict.advice],
    availability: availabilityOf(outcome),
    errorCode: outcome.errorCode === '' ? null : outcome.errorCode,
    issuer: attestation?.issuer ?? outcome.askedProvince ?? null,
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
    conflicts: outcome.conflicts?.map(({ status, ...statement }) => ({ ...statement, status: colourOf(status) })) ?? null,
    attestation: outcome.token === undefined ? null : Buffer.from(outcome.token),
    kind: attestation === undefined ? null : KIND_MESSAGE[attestation.kind],
    test: told === undefined ? null : toTest(told),
    source: toSource(attestation?.source),
    policyId: outcome.policy?.id ?? null,
    policyVersion: outcome.policy?.version ?? null,
    canaryStatus: told === undefined ? null : (PLAYED_MESSAGE[told.status] ?? null),
    freshnessAgeSeconds: outcome.freshnessAge === undefined ? null : Math.floor(outcome.freshnessAge),
    freshnessLimitSeconds: outcome.freshnessLimit ?? null,
  };
}

function availabilityOf({ attestation, availability }: VerifiedCode): v1.Availability | null {
  if (availability !== undefined) return AVAILABILITY_MESSAGE[availability];
  return attestation === undefined ? null : v1.Availability.AVAILABILITY_AVAILABLE;
}

/** The answer to one verification. */
export const toVerifyCodeResponse = (outcome: VerifiedCode): v1.VerifyCodeResponse.$Properties => ({
  verdict: toVerdict(outcome),
  bizExtData: outcome.bizExtData ?? null,
});
