import type { Attestation, AttestationClaims, ProvinceCode } from '@health-code/attestation';
import type { AttestableRecord, Statement } from './statement.js';

/** What holds for every attestation of one adapter. */
export interface AttestationTerms {
  readonly issuer: ProvinceCode;
  /** Longest time an attestation stands; shorter where the local statement ends earlier. */
  readonly lifetimeSeconds: number;
}

/**
 * What is said, as one text to compare. `since` of a colour, or of a canary's, is not in it: where the local system states none
 * it moves with every answer. That of a test is: it says which test.
 */
function wordsOf(said: Attestation | AttestableRecord): string {
  const { kind, status, reason, rule, authority, evidence, original, source } = said;
  const common = [kind, status, reason, rule.id, rule.version, authority, evidence, original.system, original.field, original.value, source?.issuer, source?.sequence];
  if (said.kind !== 'nucleic-acid-test') return JSON.stringify(common);
  const { since, test } = said;
  return JSON.stringify([...common, since, test?.reportedAt, test?.method, test?.laboratory]);
}

/** Whether an attestation says what a record says, of the same kind and from the same source. */
export const saysTheSame = (standing: Attestation, record: Attestation | AttestableRecord): boolean => wordsOf(standing) === wordsOf(record);

/**
 * Whether what follows an attestation only renews it: it says the same, and for no shorter time. Then the earlier one is as good as the
 * later one until it expires; after anything else it does not stand any more, and a status list says so.
 */
export const isRenewal = (standing: Attestation, next: Pick<AttestationClaims, 'expiresAt'>, said: Attestation | AttestableRecord): boolean =>
  saysTheSame(standing, said) && next.expiresAt >= standing.expiresAt;

/**
 * Whether a statement only repeats a conversion: whom the local system knows by reference alone, it knows from the conversion.
 * Signed by itself it would outlive the foreign statement, and nothing would say so; it is never signed.
 */
export const isEcho = ({ record, isByReference }: Statement): boolean => isByReference === true && record.status !== 'none';

/**
 * Whether a conversion that stands is all there is behind the statement: whom the local system knows by reference alone, it
 * knows from the conversion. Its words in place of the conversion's would cut the tie to the foreign statement.
 */
const isEchoOfConversion = (standing: Attestation, statement: Statement, now: number): boolean =>
  isEcho(statement) && standing.source !== undefined && standing.status === statement.record.status && standing.expiresAt > now;

const isWithin = (time: number, from: number, to: number): boolean => time >= from && time <= to;

/** Another made now would last no longer: it is shown until the end of a day, or of the statement. */
const lastsToTheEnd = ({ expiresAt }: Attestation, { record, shown }: Statement): boolean =>
  shown !== undefined && expiresAt === Math.min(record.validUntil, shown.until);

/**
 * Whether what was attested last still serves: it says the same, less than half its life is over or nothing made now would last longer, and
 * it does not outlive the local statement. One withdrawal serves for every later one.
 *
 * @param standing the last attestation of the same kind about the same person
 * @param now seconds since the epoch
 */
export function isStillGood(standing: Attestation, statement: Statement, now: number): boolean {
  const { record, shown = { until: record.validUntil, atLeast: 0 } } = statement;
  // Nothing more to withdraw: what was withdrawn stays superseded for good.
  if (record.status === 'none' && standing.status === 'none') return true;
  if (isEchoOfConversion(standing, statement, now)) return true;
  const age = now - standing.issuedAt;
  const life = standing.expiresAt - standing.issuedAt;
  return saysTheSame(standing, record) && age >= 0 && age < life && (age * 2 < life || lastsToTheEnd(standing, statement)) && isWithin(standing.expiresAt, Math.min(record.validUntil, shown.atLeast), Math.min(record.validUntil, shown.until));
}

/**
 * Whether something is stated about a person that a withdrawal takes back. A local system that knows nothing of a person says
 * nothing about what was converted; one that took the conversion over (by reference) may take it back.
 */
export function isWithdrawable(standing: Attestation | undefined, { isByReference }: Statement, now: number): boolean {
  if (standing === undefined || standing.status === 'none' || standing.expiresAt <= now) return false;
  return standing.source === undefined || isByReference === true;
}

/**
 * The claims of the next attestation about a person.
 *
 * @param standing what was attested last about the same person, of the same kind; superseded by this one
 * @param now seconds since the epoch
 */
export function nextClaims(
  statement: Statement,
  sequence: number,
  standing: Attestation | undefined,
  terms: AttestationTerms,
  now: number,
): AttestationClaims {
  const { until = Number.POSITIVE_INFINITY } = statement.shown ?? {};
  const { validUntil, ...said } = statement.record;
  return {
    ...said,
    issuer: terms.issuer,
    subject: statement.subject,
    sequence,
    // A source verifies up to the clock tolerance ahead; what is made from it is not older than it.
    issuedAt: Math.max(now, said.source?.issuedAt ?? now),
    expiresAt: Math.min(now + terms.lifetimeSeconds, validUntil, until),
    ...(standing === undefined ? {} : { supersedes: standing.sequence }),
  };
}
