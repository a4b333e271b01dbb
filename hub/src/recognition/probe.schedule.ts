import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Logger } from '../platform/logger.js';
import { CANARY_SHOWN, type CanaryShown } from '../verify/canary-shown.js';
import { toCanaryVerdict } from './judge-probe.js';
import type { ProbePlan } from './probe-plan.js';
import type { ProbeResults } from './probe-results.js';
import type { Probes } from './probes.js';

/** Milliseconds between two exchanges with the database: what a crash may forget. */
export const EXCHANGE_INTERVAL_MS = 5000;

/**
 * Milliseconds between two looks at the plan, where a probe of each pair is due every `intervalMs`: sixty in an interval. Of 992
 * pairs in a minute sixteen are asked about at once, which costs hub, broker and adapters two fifths less than each for itself.
 */
export const tickOf = (intervalMs: number): number => Math.min(1000, Math.max(50, intervalMs / 60));

/** What {@link ProbeSchedule} drives. */
export interface ProbeScheduleParts {
  readonly probes: Pick<Probes, 'ask' | 'expire' | 'witness' | 'dismiss'>;
  readonly plan: Pick<ProbePlan, 'due'>;
  /** {@link tickOf} of the plan's interval. */
  readonly tickMs: number;
  readonly results: Pick<ProbeResults, 'exchange' | 'findFailing'>;
  /** Codes of the provinces to be probed. */
  readonly provinces: () => readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** Measures: asks what has become due, gives up what nobody reports on, and keeps what was measured. */
export class ProbeSchedule {
  readonly #parts: ProbeScheduleParts;
  #timer: NodeJS.Timeout | undefined;
  #exchangeTimer: NodeJS.Timeout | undefined;
  #exchange: Promise<void> = Promise.resolve();
  #isStopped = false;
  #isFailing = false;
  readonly #witness = (message: unknown): void => {
    const { caller, code, verdict } = message as CanaryShown;
    this.#parts.probes.witness(caller, code, toCanaryVerdict(verdict));
  };

  constructor(parts: ProbeScheduleParts) {
    this.#parts = parts;
  }

  /** Begins; what was measured before the last stop is in memory when this resolves. Rejects when it cannot be read. */
  async start(): Promise<void> {
    await this.#parts.results.exchange();
    subscribe(CANARY_SHOWN, this.#witness);
    this.#tick();
    this.#scheduleExchange();
  }

  /** Ends, lets the devices go, and saves what was measured. Never rejects. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#exchangeTimer);
    unsubscribe(CANARY_SHOWN, this.#witness);
    this.#parts.probes.dismiss();
    await this.#exchange;
    await this.exchange();
  }

  /** One exchange with the database. Never rejects: one that is down is logged once, and what was measured waits. */
  async exchange(): Promise<void> {
    try {
      await this.#parts.results.exchange();
      if (this.#isFailing) this.#parts.logger.info('results of probes are kept again');
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#parts.logger.warn({ err: error }, 'results of probes cannot be kept; they wait in memory');
      this.#isFailing = true;
    }
  }

  #tick(): void {
    const { probes, plan, results, provinces, now } = this.#parts;
    probes.expire();
    for (const { receiver, issuer, canary } of plan.due(now(), provinces())) {
      probes.ask({ receiver, issuer, canary: results.findFailing(receiver, issuer) ?? canary });
    }
    this.#timer = setTimeout(() => {
      this.#tick();
    }, this.#parts.tickMs);
  }

  #scheduleExchange(): void {
    if (this.#isStopped) return;
    this.#exchangeTimer = setTimeout(() => {
      this.#exchange = this.exchange().then(() => {
        this.#scheduleExchange();
      });
    }, EXCHANGE_INTERVAL_MS);
  }
}
