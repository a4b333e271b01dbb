/** Seconds within which the same code may not come twice unnoticed: as long as a code that a person shows is good for. */
export const REPLAY_WITHIN_SECONDS = 60;

/**
 * 重复出示: which codes were scanned here within the last minute. A screenshot handed to the next person in the queue is the same code.
 * Kept in memory alone, forgotten after a minute, bounded by `limit`.
 */
export class SeenCodes {
  readonly #seenAt = new Map<string, number>();
  readonly #limit: number;

  constructor(limit = 4096) {
    this.#limit = limit;
  }

  /**
   * Notes a scan and says how many seconds ago the same was noted before; `undefined` where it was not within a minute.
   * @param identity what makes a code the same: its statement where it is one, else its text
   * @param now seconds, of a clock that does not go back
   */
  note(identity: string, now: number): number | undefined {
    const before = this.#seenAt.get(identity);
    this.#seenAt.delete(identity);
    this.#seenAt.set(identity, now);
    for (const [oldest, at] of this.#seenAt) {
      if (now - at <= REPLAY_WITHIN_SECONDS && this.#seenAt.size <= this.#limit) break;
      this.#seenAt.delete(oldest);
    }
    return before === undefined || now - before > REPLAY_WITHIN_SECONDS ? undefined : now - before;
  }
}
