import { v1 } from '@health-code/messages';
import { causeOf, type Cause } from './cause.js';

/** What of a verdict on a canary is judged. */
export interface CanaryVerdict {
  readonly status: v1.HealthStatus;
  readonly recognition: v1.Recognition;
  readonly advice: v1.Advice;
  readonly kind: v1.AttestationKind;
  readonly canaryStatus: v1.HealthStatus;
  readonly errorCode: string;
  readonly issuer: string;
  readonly sequence: number;
}

/** Canaries that can be asked about. */
export type AskedCanary = Exclude<v1.Canary, v1.Canary.CANARY_UNSPECIFIED>;

interface Expected {
  readonly recognition: v1.Recognition;
  readonly canaryStatus: v1.HealthStatus;
  readonly errorCode: string;
}

const plays = (canaryStatus: v1.HealthStatus): Expected => ({ recognition: v1.Recognition.RECOGNITION_RECOGNISED, canaryStatus, errorCode: '' });
const isRefused = (recognition: v1.Recognition, errorCode: string): Expected => ({ recognition, canaryStatus: v1.HealthStatus.HEALTH_STATUS_UNSPECIFIED, errorCode });

/** What a checkpoint must be told of each canary where recognition works. */
const EXPECTED: Readonly<Record<AskedCanary, Expected>> = {
  [v1.Canary.CANARY_GREEN]: plays(v1.HealthStatus.HEALTH_STATUS_GREEN),
  [v1.Canary.CANARY_YELLOW]: plays(v1.HealthStatus.HEALTH_STATUS_YELLOW),
  [v1.Canary.CANARY_RED]: plays(v1.HealthStatus.HEALTH_STATUS_RED),
  [v1.Canary.CANARY_SUPERSEDED]: isRefused(v1.Recognition.RECOGNITION_SUPERSEDED, 'ATTESTATION_SUPERSEDED'),
  [v1.Canary.CANARY_EXPIRED]: isRefused(v1.Recognition.RECOGNITION_EXPIRED, 'ATTESTATION_EXPIRED'),
  [v1.Canary.CANARY_MALFORMED]: isRefused(v1.Recognition.RECOGNITION_UNKNOWN_CODE, 'LOCAL_CODE_INVALID'),
};

/** Whether a verdict would let somebody pass, or shows a colour: for a canary the gravest of faults, whatever else is right. */
const isTakenForPerson = ({ status, advice }: CanaryVerdict): boolean => status !== v1.HealthStatus.HEALTH_STATUS_UNSPECIFIED || advice === v1.Advice.ADVICE_ALLOW;

/** What was wrong with the answer to a probe; undefined where it was as it must be. */
export function judgeProbe(canary: AskedCanary, issuer: string, verdict: CanaryVerdict): Cause | undefined {
  const expected = EXPECTED[canary];
  if (isTakenForPerson(verdict) || verdict.issuer !== issuer) return wrong(verdict, issuer);
  const { recognition, canaryStatus, errorCode, kind } = verdict;
  if (recognition !== expected.recognition || errorCode !== expected.errorCode || canaryStatus !== expected.canaryStatus) return wrong(verdict, issuer);
  return recognition === v1.Recognition.RECOGNITION_RECOGNISED && kind !== v1.AttestationKind.ATTESTATION_KIND_CANARY ? 'WRONG_ANSWER' : undefined;
}

/** The verdict's own code says more than "wrong", where it has one. */
function wrong(verdict: CanaryVerdict, issuer: string): Cause {
  const isAnothers = verdict.issuer !== issuer && verdict.issuer !== '';
  return isTakenForPerson(verdict) || isAnothers || verdict.errorCode === '' ? 'WRONG_ANSWER' : causeOf(verdict.errorCode, 'WRONG_ANSWER');
}

/** Largest verdict a device may report, in bytes; one on a canary has a tenth of it. */
export const REPORTED_VERDICT_MAX_BYTES = 16_384;

/** A verdict as a device reports it: attacker-controlled bytes. Undefined where they are none. */
export function parseReportedVerdict(bytes: Uint8Array): CanaryVerdict | undefined {
  if (bytes.byteLength === 0 || bytes.byteLength > REPORTED_VERDICT_MAX_BYTES) return undefined;
  try {
    return toCanaryVerdict(v1.Verdict.decode(bytes));
  } catch {
    return undefined;
  }
}

/** The judged part of a verdict message. */
export function toCanaryVerdict(verdict: v1.Verdict.$Properties): CanaryVerdict {
  return {
    status: verdict.status ?? v1.HealthStatus.HEALTH_STATUS_UNSPECIFIED,
    recognition: verdict.recognition ?? v1.Recognition.RECOGNITION_UNSPECIFIED,
    advice: verdict.advice ?? v1.Advice.ADVICE_UNSPECIFIED,
    kind: verdict.kind ?? v1.AttestationKind.ATTESTATION_KIND_UNSPECIFIED,
    canaryStatus: verdict.canaryStatus ?? v1.HealthStatus.HEALTH_STATUS_UNSPECIFIED,
    errorCode: verdict.errorCode ?? '',
    issuer: verdict.issuer ?? '',
    sequence: verdict.sequence ?? 0,
  };
}

/** Whether a device was answered what it says: what it reports and what the hub told it are one. */
export const isSameVerdict = (one: CanaryVerdict, other: CanaryVerdict): boolean =>
  (Object.keys(one) as (keyof CanaryVerdict)[]).every((member) => one[member] === other[member]);
