import type { Logger } from '../platform/logger.js';
import { dueNotices, type DueNotice, type Expiry } from './expiry-calendar.js';

/** How often the calendar is looked at, in milliseconds. */
export const EXPIRY_INTERVAL_MS = 10 * 60_000;

/** What the schedule works with. */
export interface ExpiryScheduleParts {
  readonly list: () => Promise<readonly Expiry[]>;
  /** Returns those that nobody has written down before. */
  readonly record: (notices: readonly DueNotice[]) => Promise<readonly DueNotice[]>;
  /** Writes down that nobody decided an action in time; seconds since the epoch. */
  readonly expireActions: (now: number) => Promise<number>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** 到期日历: tells, once each, what ends in 30, 14, 7 and 1 days; closes actions that nobody decided. Every replica may do it. */
export class ExpirySchedule {
  readonly #parts: ExpiryScheduleParts;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #isRunning = false;

  constructor(parts: ExpiryScheduleParts) {
    this.#parts = parts;
  }

  /** Begins with a round at once: a hub that is often restarted misses no day. */
  start(): void {
    const round = (): void => {
      if (this.#isRunning) return;
      this.#isRunning = true;
      this.#round = this.look().finally(() => { this.#isRunning = false; });
    };
    round();
    this.#timer = setInterval(round, EXPIRY_INTERVAL_MS);
  }

  /** Ends after the round under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  /** One round. Never rejects: what fails is tried again in the next one. */
  async look(): Promise<void> {
    const { list, record, expireActions, logger, now } = this.#parts;
    try {
      const told = await record(dueNotices(await list(), now()));
      for (const { province, kind, id, expiresAt, days } of told) logger.warn({ province, kind, id, expiresAt: new Date(expiresAt * 1000).toISOString(), days }, 'expiry.due');
      const expired = await expireActions(now());
      if (expired > 0) logger.info({ expired }, 'actions that nobody decided in time were closed');
    } catch (error) {
      logger.warn({ err: error }, 'the expiry calendar could not be looked at; the next round tries again');
    }
  }
}
