import { readClaims, type Attestation } from '@health-code/attestation';
import { isRenewal } from '../attest/attest.js';

/** An attestation from before there were lists. */
export interface EarlierEntry {
  readonly sequence: number;
  readonly expiresAt: number;
  /** Something else was said about the same since. */
  readonly isTakenBack: boolean;
}

/**
 * Looks through a whole outbox, the latest first for each person and kind, and says what is taken back: the same as if each had been
 * listed when it was appended.
 */
export function createLookThrough(): (token: string) => EarlierEntry {
  let later: Attestation | undefined;
  let isTakenBack = false;
  return (token) => {
    const attestation = readClaims(token);
    if (later?.subject !== attestation.subject || later.kind !== attestation.kind) isTakenBack = false;
    else isTakenBack ||= !isRenewal(attestation, later, later);
    later = attestation;
    return { sequence: attestation.sequence, expiresAt: attestation.expiresAt, isTakenBack };
  };
}
