import type { Logger } from '../platform/logger.js';
import { createWakeUp } from '../platform/wake-up.js';
import { daysLeft, warningDue, type Ending } from './endings.js';

const INTERVAL_MS = 10 * 60_000;

/** What the warnings are made of. */
export interface EndingWarningsOptions {
  /** What ends, as of now. */
  readonly read: () => readonly Ending[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Logger;
}

/** One ending on the health page. */
export interface EndingOnPage {
  readonly kind: Ending['kind'];
  readonly id: string;
  /** ISO 8601. */
  readonly endsAt: string;
  readonly daysLeft: number;
}

/** Warns in the log of what ends, once at each of the days of {@link warningDue}. */
export class EndingWarnings {
  readonly #wakeUp = createWakeUp();
  readonly #told = new Set<string>();
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(private readonly options: EndingWarningsOptions) {}

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wakeUp.wake();
    await this.#running;
  }

  /** Soonest first. */
  list(): readonly EndingOnPage[] {
    return this.options
      .read()
      .toSorted((one, other) => one.endsAt - other.endsAt)
      .map((ending) => ({ kind: ending.kind, id: ending.id, endsAt: new Date(ending.endsAt * 1000).toISOString(), daysLeft: daysLeft(ending, this.#nowSeconds()) }));
  }

  /** One look. */
  warn(): void {
    const now = this.#nowSeconds();
    for (const ending of this.options.read()) {
      const due = warningDue(ending, now);
      const key = `${ending.kind} ${ending.id} ${String(due)}`;
      if (due === undefined || this.#told.has(key)) continue;
      this.#told.add(key);
      const fields = { kind: ending.kind, id: ending.id, endsAt: new Date(ending.endsAt * 1000).toISOString(), daysLeft: daysLeft(ending, now) };
      if (due === 0) this.options.log.error(fields, 'has ended: replace it');
      else this.options.log.warn(fields, 'ends soon: replace it, both are good until then');
    }
  }

  #nowSeconds(): number {
    return Math.floor(this.options.now() / 1000);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.warn();
      await this.#wakeUp.wait(INTERVAL_MS);
    }
  }
}
