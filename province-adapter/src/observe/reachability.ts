/** For how long an answer serves for further questions, in milliseconds. */
export const REACHABILITY_MS = 5000;

/**
 * Whether the local system is there. Whoever needs to know it of this moment asks; whoever is content with the last few seconds
 * costs it nothing while heartbeats ask.
 */
export class Reachability {
  readonly #isReachable: () => Promise<boolean>;
  #last: { readonly at: number; readonly answer: Promise<boolean> } | undefined;

  /** `isReachable` asks the local system, and never rejects. */
  constructor(isReachable: () => Promise<boolean>) {
    this.#isReachable = isReachable;
  }

  /** Asks. */
  ask(): Promise<boolean> {
    const answer = this.#isReachable();
    this.#last = { at: performance.now(), answer };
    return answer;
  }

  /** As of {@link REACHABILITY_MS} ago at most; asks where nobody did. */
  recent(): Promise<boolean> {
    const last = this.#last;
    return last === undefined || performance.now() - last.at > REACHABILITY_MS ? this.ask() : last.answer;
  }
}
