import type { Lookup, LookupLog } from './lookup.js';

/** Milliseconds between two looks at the ledger: how far a replica that does not ingest may lag. */
export const FOLLOW_INTERVAL_MS = 500;

/** Follows what other replicas commit, and fills what this one could not take. */
export class LookupSchedule {
  readonly #lookup: Pick<Lookup, 'catchUp' | 'appliedIndex'>;
  readonly #log: LookupLog;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #failing = false;
  #round: Promise<void> = Promise.resolve();

  constructor(lookup: Pick<Lookup, 'catchUp' | 'appliedIndex'>, log: LookupLog) {
    this.#lookup = lookup;
    this.#log = log;
  }

  /** Begins; everything committed so far is in memory when this resolves. Rejects when the ledger cannot be read. */
  async start(): Promise<void> {
    await this.#lookup.catchUp();
    this.#log.info({ appliedIndex: this.#lookup.appliedIndex }, 'lookup holds the ledger');
    this.#schedule();
  }

  /** Ends after the round under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  /** One look. Never rejects: a database that is down is logged once and asked again; what is held stays. */
  async follow(): Promise<void> {
    try {
      await this.#lookup.catchUp();
      if (this.#failing) this.#log.info({ appliedIndex: this.#lookup.appliedIndex }, 'lookup follows the ledger again');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#log.warn({ err: error }, 'lookup cannot read the ledger; it keeps what it holds and tries again');
      this.#failing = true;
    }
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.follow().then(() => {
        this.#schedule();
      });
    }, FOLLOW_INTERVAL_MS);
  }
}
