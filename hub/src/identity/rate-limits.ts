import { RateLimiter } from 'limiter';
import { HubError } from '../errors.js';

/** Kinds of limits, and the setting each is configured by; refusals name it. */
const SETTING = { verify: 'VERIFY_LIMIT', identityQuery: 'IDENTITY_QUERY_LIMIT', member: 'MEMBER_LIMIT', enrolment: 'ENROLMENT_LIMIT' } as const;

/** What is limited. */
export type LimitKind = keyof typeof SETTING;

/** So many in so much time, for each kind. */
export type Limits = Readonly<Record<LimitKind, { readonly count: number; readonly perMs: number }>>;

/** Callers of one kind that are counted at once, half a kilobyte each. */
const MOST_CALLERS = 50_000;

/** Buckets of one kind, one per caller. */
class Buckets {
  readonly #limiters = new Map<string, RateLimiter>();
  readonly #kind: LimitKind;
  readonly #count: number;
  readonly #perMs: number;

  constructor(kind: LimitKind, { count, perMs }: Limits[LimitKind]) {
    this.#kind = kind;
    this.#count = count;
    this.#perMs = perMs;
  }

  take(caller: string, wanted: number): void {
    const limiter = this.#limiters.get(caller) ?? this.#add(caller);
    // What is larger than the limit could never be served: it takes all of it.
    const tokens = Math.min(wanted, this.#count);
    if (limiter.tryRemoveTokens(tokens)) return;
    const unit = this.#perMs === 1000 ? 'a second' : this.#perMs === 60_000 ? 'a minute' : 'an hour';
    throw new HubError('RATE_LIMIT_EXCEEDED', `more than ${SETTING[this.#kind]} allows: ${String(this.#count)} ${unit}`, { retryAfterMs: Math.max(1, limiter.getWaitTime(tokens)) });
  }

  #add(caller: string): RateLimiter {
    // The oldest is forgotten, which only ever lets somebody ask again sooner; memory is what must not grow with callers.
    const [oldest] = this.#limiters.size >= MOST_CALLERS ? this.#limiters.keys() : [];
    if (oldest !== undefined) this.#limiters.delete(oldest);
    const limiter = new RateLimiter({ tokensPerInterval: this.#count, interval: this.#perMs });
    this.#limiters.set(caller, limiter);
    return limiter;
  }
}

/** Counts what each caller asks for, in the memory of this process: several replicas allow as many times as much. */
export class RateLimits {
  readonly #buckets: Readonly<Record<LimitKind, Buckets>>;

  constructor(limits: Limits) {
    this.#buckets = {
      verify: new Buckets('verify', limits.verify),
      identityQuery: new Buckets('identityQuery', limits.identityQuery),
      member: new Buckets('member', limits.member),
      enrolment: new Buckets('enrolment', limits.enrolment),
    };
  }

  /** Counts `wanted` for `caller`, all or nothing. @throws HubError RATE_LIMIT_EXCEEDED, with the time to wait */
  take(kind: LimitKind, caller: string, wanted = 1): void {
    this.#buckets[kind].take(caller, wanted);
  }
}
