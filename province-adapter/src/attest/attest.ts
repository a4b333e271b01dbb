import type { Attestation, AttestationClaims, ProvinceCode } from '@health-code/attestation';
import type { AttestableRecord, Statement } from './statement.js';

/** What holds for every attestation of one adapter. */
export interface AttestationTerms {
  readonly issuer: ProvinceCode;
  /** Longest time an attestation stands; shorter where the local statement ends earlier. */
  readonly lifetimeSeconds: number;
}

const expiryOf = (record: AttestableRecord, terms: AttestationTerms, now: number): number =>
  Math.min(now + terms.lifetimeSeconds, record.validUntil);

function saysTheSame(standing: Attestation, record: AttestableRecord): boolean {
  return (
    standing.status === record.status &&
    standing.reason === record.reason &&
    standing.rule.id === record.rule.id &&
    standing.rule.version === record.rule.version &&
    standing.authority === record.authority &&
    standing.evidence === record.evidence &&
    standing.original.system === record.original.system &&
    standing.original.field === record.original.field &&
    standing.original.value === record.original.value
  );
}

/**
 * Whether what was attested last still serves: it says the same, less than half its life is over, and it does not
 * outlive the local statement. One withdrawal serves for every later one. `since` is not compared: where the local system
 * states none it moves with every answer.
 *
 * @param now seconds since the epoch
 */
export function isStillGood(standing: Attestation, record: AttestableRecord, now: number): boolean {
  // Nothing more to withdraw: what was withdrawn stays superseded for good.
  if (record.status === 'none' && standing.status === 'none') return true;
  const age = now - standing.issuedAt;
  const life = standing.expiresAt - standing.issuedAt;
  return saysTheSame(standing, record) && age >= 0 && age * 2 < life && standing.expiresAt <= record.validUntil;
}

/** Whether something is stated about a person that a withdrawal would take back. */
export function isWithdrawable(standing: Attestation | undefined, now: number): boolean {
  return standing !== undefined && standing.status !== 'none' && standing.expiresAt > now;
}

/**
 * The claims of the next attestation about a person.
 *
 * @param standing what was attested last about the same person; superseded by this one
 * @param now seconds since the epoch
 */
export function nextClaims(
  statement: Statement,
  sequence: number,
  standing: Attestation | undefined,
  terms: AttestationTerms,
  now: number,
): AttestationClaims {
  const { record } = statement;
  return {
    issuer: terms.issuer,
    subject: statement.subject,
    sequence,
    issuedAt: now,
    expiresAt: expiryOf(record, terms, now),
    kind: 'health-status',
    status: record.status,
    since: record.since,
    reason: record.reason,
    rule: { id: record.rule.id, version: record.rule.version },
    authority: record.authority,
    evidence: record.evidence,
    original: record.original,
    ...(standing === undefined ? {} : { supersedes: standing.sequence }),
    // One place in the status list for each attestation, from 0.
    statusListIndex: sequence - 1,
  };
}
