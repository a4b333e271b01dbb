/**
 * Reply keys of calls that may still be within their deadline. The hub draws 32 fresh bytes for every call, so the same
 * ones twice are a recorded message sent again. In memory: after a restart, and in another instance of the same adapter,
 * a recorded call passes until its deadline; it cannot be read, only repeated.
 */
export class ReplayWindow {
  /** Reply key → milliseconds since the epoch after which its call is refused for its deadline anyway; oldest first. */
  readonly #keys = new Map<string, number>();
  readonly #capacity: number;

  /** @param capacity reply keys kept at most */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /**
   * Keeps `replyKey` until `until`.
   * @returns false when it was seen before, or when too many calls are within their deadline to tell
   */
  admit(replyKey: Uint8Array, until: number, now: number): boolean {
    this.#forgetPassed(now);
    const key = Buffer.from(replyKey.buffer, replyKey.byteOffset, replyKey.byteLength).toString('latin1');
    if (this.#keys.has(key) || this.#keys.size >= this.#capacity) return false;
    this.#keys.set(key, until);
    return true;
  }

  /** Stops at the first that has not passed: deadlines come nearly in order, and none lies far ahead. */
  #forgetPassed(now: number): void {
    for (const [key, until] of this.#keys) {
      if (until >= now) return;
      this.#keys.delete(key);
    }
  }
}
