import type { Logger } from '../platform/logger.js';

/** Conversions deleted by one statement: short locks, whatever has piled up. */
export const RETENTION_BATCH = 1000;

/** Milliseconds between two rounds. */
const INTERVAL_MS = 10 * 60_000;

/** Where expired conversions are deleted; ConversionRetentionStore satisfies it. */
export interface ExpiredConversions {
  deleteExpired(expiredBy: number, now: number, limit: number): Promise<number>;
}

/**
 * Forgets where people were: a conversion is issued by the province somebody is in, about a reference that is the same
 * in the whole country. Once it has expired nobody needs it. Any replica may do it; they pass over each other's rows.
 */
export class ConversionRetentionSchedule {
  readonly #conversions: ExpiredConversions;
  readonly #retentionMs: number;
  readonly #logger: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds since the epoch. */
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #isRunning = false;
  #isStopped = false;

  /** `retentionMs`: how long after its expiry a conversion is kept. */
  constructor(conversions: ExpiredConversions, retentionMs: number, logger: Pick<Logger, 'info' | 'warn'>, now: () => number) {
    this.#conversions = conversions;
    this.#retentionMs = retentionMs;
    this.#logger = logger;
    this.#now = now;
  }

  /** Begins with a round at once: a hub that is often restarted deletes no less. */
  start(): void {
    const round = (): void => {
      if (this.#isRunning) return;
      this.#isRunning = true;
      this.#round = this.deleteExpired().finally(() => { this.#isRunning = false; });
    };
    round();
    this.#timer = setInterval(round, INTERVAL_MS);
  }

  /** Ends after the batch under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#round;
  }

  /** One round, in batches, until nothing is left. Never rejects: what fails is tried again in the next round. */
  async deleteExpired(): Promise<void> {
    let deleted = 0;
    try {
      let batch: number;
      do {
        const now = this.#now();
        batch = await this.#conversions.deleteExpired(Math.floor((now - this.#retentionMs) / 1000), Math.floor(now / 1000), RETENTION_BATCH);
        deleted += batch;
      } while (batch === RETENTION_BATCH && !this.#isStopped);
    } catch (error) {
      this.#logger.warn({ err: error }, 'expired conversions could not be deleted; the next round tries again');
    }
    if (deleted > 0) this.#logger.info({ deleted }, 'expired conversions were deleted');
  }
}
