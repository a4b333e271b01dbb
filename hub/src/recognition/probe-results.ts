import type { AskedCanary } from './judge-probe.js';
import type { ProbeResult } from './probes.js';

/** Where results outlive the process. */
export interface ProbeResultStore {
  save(results: readonly ProbeResult[]): Promise<void>;
  /** Those measured after this moment, in milliseconds since the epoch; by other replicas too. */
  readSince(measuredAfter: number): Promise<readonly ProbeResult[]>;
}

/**
 * How far behind the latest result seen an exchange reads again, in milliseconds: another replica saves what it measured some
 * seconds before, and its clock is not ours. What is read twice changes nothing.
 */
export const REREAD_MS = 30_000;

const keyOf = ({ receiver, issuer }: Pick<ProbeResult, 'receiver' | 'issuer'>): string => `${receiver} ${issuer}`;

/** The last result of each pair, in memory: the matrix is read without the database, and measured through its absence. */
export class ProbeResults {
  readonly #store: ProbeResultStore;
  readonly #last = new Map<string, ProbeResult>();
  readonly #unsaved = new Map<string, ProbeResult>();
  #readUntil = 0;

  constructor(store: ProbeResultStore) {
    this.#store = store;
  }

  /** The last one of a pair, if it was ever measured. */
  find(receiver: string, issuer: string): ProbeResult | undefined {
    return this.#last.get(keyOf({ receiver, issuer }));
  }

  /**
   * The canary that was not answered as it must be, if the last one was not. It is asked about again until it is: another one
   * may be answered all the same, and a pair that is half broken must not show green in every other round.
   */
  findFailing(receiver: string, issuer: string): AskedCanary | undefined {
    const last = this.find(receiver, issuer);
    return last?.cause === undefined ? undefined : last.canary;
  }

  /** Takes a result; saved with the next {@link exchange}. */
  record(result: ProbeResult): void {
    if (!this.#take(result)) return;
    this.#unsaved.set(keyOf(result), result);
  }

  /** Saves what is new here and reads what is new elsewhere. @throws whatever the store does; nothing is lost then */
  async exchange(): Promise<void> {
    const unsaved = [...this.#unsaved.values()];
    await this.#store.save(unsaved);
    for (const result of unsaved) if (this.#unsaved.get(keyOf(result)) === result) this.#unsaved.delete(keyOf(result));
    for (const result of await this.#store.readSince(Math.max(0, this.#readUntil - REREAD_MS))) {
      this.#take(result);
      this.#readUntil = Math.max(this.#readUntil, result.measuredAt);
    }
  }

  #take(result: ProbeResult): boolean {
    const before = this.#last.get(keyOf(result));
    if (before !== undefined && before.measuredAt >= result.measuredAt) return false;
    this.#last.set(keyOf(result), result);
    return true;
  }
}
