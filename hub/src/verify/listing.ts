import { CLOCK_TOLERANCE_SECONDS, type ListedStatus } from '@health-code/attestation';

/** One list, as a verdict reads it. */
export interface IssuerList {
  /** Until when the issuer stands by it, seconds since the epoch. */
  readonly issuedAt: number;
  /** `undefined` where the list ends before the place of the attestation. */
  statusOf(sequence: number): ListedStatus | undefined;
}

/** The issuers' status lists; `StatusLists` satisfies it. */
export interface IssuerLists {
  /** The list that an attestation has its place in. */
  listOf(issuer: string, sequence: number): IssuerList | undefined;
}

/**
 * Until when a statement is known to hold, seconds since the epoch: both its province's feed has to confirm it and its list, as
 * without a network. `NaN`, which no age can be told from, where the list was signed well after the issue and has no place for it:
 * it is not the whole one. Of a province that publishes no list yet (`vouchedAt` 0) its feed alone says it.
 */
export function lastKnown(issuedAt: number, confirmedAt: number, listed: ListedStatus | undefined, vouchedAt: number): number {
  if (vouchedAt === 0) return Math.max(issuedAt, confirmedAt);
  if (listed !== undefined) return Math.max(issuedAt, Math.min(confirmedAt, vouchedAt));
  return issuedAt <= vouchedAt - CLOCK_TOLERANCE_SECONDS ? NaN : issuedAt;
}
