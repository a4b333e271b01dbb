import type { v1 } from '@health-code/messages';
import type { Logger } from '../platform/logger.js';
import { createWakeUp } from '../platform/wake-up.js';
import { readRiskLevels } from './read-risk-levels.js';
import { chinaDayOf, RiskLevels } from './risk-levels.js';

/**
 * What is stated after a reading takes effect no more than 30 days before it (the hub takes nothing older), and two days are for
 * clocks that differ. Asking from this far back misses nothing that came late.
 */
export const LOOK_BACK_DAYS = 32;

const DAY_MS = 86_400_000;
const LONGEST_RETRY_MS = 30_000;

/** What following is made of. */
export interface RiskLevelScheduleOptions {
  /** What takes effect after a day, as the hub lists it. */
  readonly listRiskLevels: (after: string) => Promise<readonly v1.IRiskLevel[]>;
  readonly intervalMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Pick<Logger, 'warn'>;
}

/** The levels as last read. */
export interface RiskLevelCopy {
  readonly levels: RiskLevels;
  /** Milliseconds since the epoch; when the reading began, since what was stated meanwhile may be missing. */
  readonly readAt: number;
}

/** Keeps a copy of the country's risk levels: all of them at the start, then what is new. While the hub is away the last good copy stays. */
export class RiskLevelSchedule {
  readonly #wakeUp = createWakeUp();
  #copy: RiskLevelCopy | undefined;
  #stopped = false;
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly options: RiskLevelScheduleOptions) {}

  /** The last good copy; undefined before the first. */
  get copy(): RiskLevelCopy | undefined {
    return this.#copy;
  }

  /** Seconds since the copy was read; undefined while there is none. */
  get ageSeconds(): number | undefined {
    return this.#copy === undefined ? undefined : Math.max(0, Math.floor((this.options.now() - this.#copy.readAt) / 1000));
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeUp.wake();
    await this.#running;
  }

  /** Reads at once, for who has just stated something. */
  notify(): void {
    this.#wakeUp.wake();
  }

  /** One reading. @throws AdapterError HUB_UNREACHABLE */
  async read(): Promise<void> {
    const readAt = this.options.now();
    const after = this.#copy === undefined ? '' : chinaDayOf(this.#copy.readAt - LOOK_BACK_DAYS * DAY_MS);
    const news = await readRiskLevels(this.options.listRiskLevels, after);
    this.#copy = { levels: (this.#copy?.levels ?? RiskLevels.NONE).with(news), readAt };
  }

  async #run(): Promise<void> {
    const { intervalMs, log } = this.options;
    let retryMs = intervalMs;
    while (!this.#stopped) {
      try {
        await this.read();
        retryMs = intervalMs;
        await this.#wakeUp.wait(intervalMs);
      } catch (err) {
        log.warn({ err, retryInMs: retryMs, ageSeconds: this.ageSeconds }, 'cannot read risk levels; the last copy stays');
        await this.#wakeUp.wait(retryMs);
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
      }
    }
  }
}
