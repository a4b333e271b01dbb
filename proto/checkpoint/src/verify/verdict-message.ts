import type { OfflineOutcome, Statement } from '@health-code/attestation';
import { ADVICE_MESSAGE, EVIDENCE_MESSAGE, FRESHNESS_MESSAGE, KIND_MESSAGE, PLAYED_MESSAGE, RECOGNITION_MESSAGE, RESULT_MESSAGE, STATUS_MESSAGE, timestampFromSeconds, v1 } from '@health-code/messages';

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
