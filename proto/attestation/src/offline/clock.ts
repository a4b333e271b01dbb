import { CLOCK_TOLERANCE_SECONDS } from '../attestation.js';

/** Whether a device's clock can be gone by; `behind` and `ahead` of the hub's. */
export type ClockState = 'ok' | 'behind' | 'ahead';

/** What a clock is compared with. Seconds since the epoch. */
export interface ClockEvidence {
  /** When the package was made: it was made in the past. */
  readonly madeAt: number;
  /** Seconds by which the hub's clock was ahead at the last contact. */
  readonly clockOffset?: number;
}

/**
 * A clock that is behind shows what has expired as valid, one that is ahead turns everybody away.
 *
 * @param now seconds since the epoch, by the clock in question
 */
export function clockOf({ madeAt, clockOffset = 0 }: ClockEvidence, now: number): ClockState {
  // Written so that a clock that is not a number fails it.
  if (!(now >= madeAt - CLOCK_TOLERANCE_SECONDS) || clockOffset > CLOCK_TOLERANCE_SECONDS) return 'behind';
  return clockOffset < -CLOCK_TOLERANCE_SECONDS ? 'ahead' : 'ok';
}
