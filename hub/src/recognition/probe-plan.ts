import { v1 } from '@health-code/messages';
import type { AskedCanary } from './judge-probe.js';

/** One question: what a checkpoint of `receiver` is to ask about. */
export interface PlannedProbe {
  readonly receiver: string;
  readonly issuer: string;
  readonly canary: AskedCanary;
}

const TURN = [
  v1.Canary.CANARY_GREEN,
  v1.Canary.CANARY_YELLOW,
  v1.Canary.CANARY_RED,
  v1.Canary.CANARY_SUPERSEDED,
  v1.Canary.CANARY_EXPIRED,
  v1.Canary.CANARY_MALFORMED,
] as const;

/**
 * Every ordered pair once, in an order in which neither a checkpoint nor an adapter is asked twice in a row: receivers one
 * after the other, each time a step further to the issuer.
 */
function orderedPairs(codes: readonly string[]): readonly Omit<PlannedProbe, 'canary'>[] {
  const count = codes.length;
  return Array.from({ length: Math.max(0, count - 1) }, (_, step) =>
    codes.map((receiver, position) => ({ receiver, issuer: codes[(position + step + 1) % count] ?? receiver })),
  ).flat();
}

/**
 * 探测计划: one probe of each ordered pair in an interval, evenly over it. The canary is chosen in turn: the green one first, so
 * that a new pair is known to work as soon as can be, and each pair at another place of the turn afterwards, so that every
 * canary is asked about in every round.
 */
export class ProbePlan {
  readonly #intervalMs: number;
  #codes = '';
  #pairs: readonly Omit<PlannedProbe, 'canary'>[] = [];
  #began = 0;
  #given = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /**
   * What has become due between the last call and `now`, in milliseconds; at most a round, however long nobody asked. With
   * other provinces the plan begins anew.
   */
  due(now: number, codes: readonly string[]): readonly PlannedProbe[] {
    const joined = codes.join();
    if (joined !== this.#codes) {
      this.#codes = joined;
      this.#pairs = orderedPairs(codes);
      this.#began = now;
      this.#given = 0;
    }
    const count = this.#pairs.length;
    if (count === 0) return [];
    const owed = Math.floor(((now - this.#began) * count) / this.#intervalMs) + 1;
    // What was missed while the process slept is not made up for: it would come all at once.
    const first = Math.max(this.#given, owed - count);
    this.#given = Math.max(this.#given, owed);
    return Array.from({ length: Math.max(0, owed - first) }, (_, offset) => this.#at(first + offset));
  }

  #at(number: number): PlannedProbe {
    const place = number % this.#pairs.length;
    const round = Math.floor(number / this.#pairs.length);
    const pair = this.#pairs[place];
    if (pair === undefined) throw new RangeError('no such pair');
    return { ...pair, canary: (round === 0 ? undefined : TURN[(round + place) % TURN.length]) ?? v1.Canary.CANARY_GREEN };
  }
}
