/** Days before an end at which it is warned of. */
export const WARNING_DAYS = [30, 14, 7, 1] as const;

const DAY_SECONDS = 86_400;

/** Something of this adapter that ends. */
export interface Ending {
  /** Words of the hub's calendar, and `hub-authority` for the certificate the hub's is known by. */
  readonly kind: 'signing-key' | 'encryption-key' | 'certificate' | 'nats-user' | 'hub-authority';
  /** Key id, serial number or public key. */
  readonly id: string;
  /** Seconds since the epoch; undefined where it does not say. */
  readonly beganAt?: number;
  /** Seconds since the epoch. */
  readonly endsAt: number;
}

/** Days left, rounded down; negative once it has ended. `now` in seconds since the epoch. */
export const daysLeft = ({ endsAt }: Ending, now: number): number => Math.floor((endsAt - now) / DAY_SECONDS);

/**
 * The last of {@link WARNING_DAYS} that an ending has passed, 0 once it has ended, undefined before all of them. A day of which less than
 * half the lifetime is left when it comes does not count: what lives a week is not late on its first day.
 * @param now seconds since the epoch
 */
export function warningDue(ending: Ending, now: number): number | undefined {
  if (ending.endsAt <= now) return 0;
  const lifetime = ending.beganAt === undefined ? Number.POSITIVE_INFINITY : ending.endsAt - ending.beganAt;
  return WARNING_DAYS.findLast((days) => days * DAY_SECONDS * 2 <= lifetime && ending.endsAt - now <= days * DAY_SECONDS);
}
