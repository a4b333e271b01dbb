import { HubError } from '../errors.js';
import type { Logger } from '../platform/logger.js';
import type { MissingLimits, SequenceRange } from './sequence-tracker.js';

/** What the schedule asks and whom. */
export interface ResendPorts {
  /** Every issuer heard of. */
  readonly issuers: () => readonly string[];
  /** What is missing; undefined where another replica ingests and asks. */
  readonly missing: (issuer: string, limits: MissingLimits) => readonly SequenceRange[] | undefined;
  /** Milliseconds since the epoch when the stream was last seen without anything waiting. */
  readonly caughtUpAt: () => number;
  readonly request: (issuer: string, ranges: readonly SequenceRange[]) => Promise<number>;
}

/** Bounds of one ResendRequest, as its message says. */
export const RESEND_LIMITS: MissingLimits = { ranges: 100, numbers: 10_000 };

const INTERVAL_MS = 1000;
const BACK_OFF_MS = { first: 1000, last: 30_000 } as const;

interface Gap {
  /** First missing number: when it moves, the issuer is answering. */
  first: number;
  /** When the gap was seen or last asked for. */
  at: number;
  waitMs: number;
  asking: boolean;
}

/**
 * Every second: asks for what is missing. A gap must have lasted a second, and the stream been read to its end since:
 * what is merely on its way is not asked for. Per issuer the wait doubles from 1 s to 30 s while nothing comes.
 */
export class ResendSchedule {
  readonly #ports: ResendPorts;
  readonly #logger: Logger;
  /** Milliseconds since the epoch. */
  readonly #now: () => number;
  readonly #gaps = new Map<string, Gap>();
  #timer: NodeJS.Timeout | undefined;

  constructor(ports: ResendPorts, logger: Logger, now: () => number) {
    this.#ports = ports;
    this.#logger = logger;
    this.#now = now;
  }

  start(): void {
    this.#timer = setInterval(() => void this.askForMissing(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** One round. Never rejects: a province that is down is parked, not dropped (invariant 10). */
  async askForMissing(): Promise<void> {
    await Promise.all(this.#ports.issuers().map((issuer) => this.#askIssuer(issuer)));
  }

  async #askIssuer(issuer: string): Promise<void> {
    const ranges = this.#ports.missing(issuer, RESEND_LIMITS);
    const first = ranges?.[0]?.first;
    if (ranges === undefined || first === undefined) {
      if (this.#gaps.delete(issuer) && ranges !== undefined) this.#logger.info({ issuer }, 'feed is complete again');
      return;
    }
    const now = this.#now();
    const gap = this.#gaps.get(issuer);
    if (gap === undefined) {
      this.#gaps.set(issuer, { first, at: now, waitMs: BACK_OFF_MS.first, asking: false });
      return;
    }
    if (gap.first !== first) {
      gap.first = first;
      gap.waitMs = BACK_OFF_MS.first;
    }
    if (this.#isDue(gap, now)) await this.#ask(issuer, gap, ranges, now);
  }

  #isDue(gap: Gap, now: number): boolean {
    const isReadToEnd = this.#ports.caughtUpAt() >= gap.at || now - gap.at >= BACK_OFF_MS.last;
    return !gap.asking && now - gap.at >= gap.waitMs && isReadToEnd;
  }

  async #ask(issuer: string, gap: Gap, ranges: readonly SequenceRange[], now: number): Promise<void> {
    gap.at = now;
    gap.waitMs = Math.min(gap.waitMs * 2, BACK_OFF_MS.last);
    gap.asking = true;
    const fields = { issuer, first: ranges[0]?.first, last: ranges.at(-1)?.last };
    try {
      const published = await this.#ports.request(issuer, ranges);
      this.#logger.info({ ...fields, published }, 'asked for missing sequence numbers');
    } catch (error) {
      const code = error instanceof HubError ? error.code : 'INTERNAL';
      this.#logger.warn({ ...fields, code, err: error }, 'missing sequence numbers were not sent again; asking later');
    } finally {
      gap.asking = false;
    }
  }
}
