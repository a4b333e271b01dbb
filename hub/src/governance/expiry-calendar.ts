/** What of a member ends (decision 21, "Expiry calendar"). Assignment rules bear no date of their own. */
export type ExpiryKind = 'signing-key' | 'encryption-key' | 'certificate' | 'nats-user' | 'badge' | 'agreement' | 'checkpoint-certificate';

/** Something that ends. */
export interface Expiry {
  /** GB/T 2260 code. */
  readonly province: string;
  readonly kind: ExpiryKind;
  /** Which one: key id, serial number, public nkey, policy id. */
  readonly id: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

/** How long before an end it is told, in days, the most urgent first. */
export const NOTICE_DAYS = [1, 7, 14, 30] as const;

/** One of {@link NOTICE_DAYS}. */
export type NoticeDays = (typeof NOTICE_DAYS)[number];

/** An end that has to be told of now. */
export interface DueNotice extends Expiry {
  readonly days: NoticeDays;
}

const DAY = 24 * 60 * 60;

/**
 * What has to be told at `now` (seconds since the epoch): of each end the most urgent step that was reached. A step passed over
 * (the hub was down, or the thing never had so long to live) is not made up for: "in 7 days" said on the last day would be wrong.
 * What has ended already is told no more. Whoever writes notices down writes each once.
 */
export function dueNotices(expiries: readonly Expiry[], now: number): readonly DueNotice[] {
  return expiries.flatMap((expiry) => {
    const left = expiry.expiresAt - now;
    const days = left > 0 ? NOTICE_DAYS.find((step) => left <= step * DAY) : undefined;
    return days === undefined ? [] : [{ ...expiry, days }];
  });
}

/** What ends within so many days, soonest first; 0 means all. Ended things stay on the list: whoever looks after a weekend has to see them. */
export function withinDays(expiries: readonly Expiry[], days: number, now: number): readonly Expiry[] {
  const chosen = days === 0 ? [...expiries] : expiries.filter(({ expiresAt }) => expiresAt <= now + days * DAY);
  return chosen.sort((one, other) => one.expiresAt - other.expiresAt || one.province.localeCompare(other.province) || one.id.localeCompare(other.id));
}
