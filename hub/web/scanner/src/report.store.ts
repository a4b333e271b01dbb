import type { PurposeJson, ReportRequestJson } from '../../shared/device-api.js';
import { checksOf, countCheck } from './check-counts.js';
import type { CheckResult } from './check-result.js';
import type { Database } from './database.store.js';
import { ScannerError } from './scanner-error.js';

/** 离线核验回报, waiting for the network: in the browser's database, so that a closed page loses none. */
export class ReportStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Counts one check. @returns how many wait. @throws DOMException where nothing can be stored */
  async add(result: CheckResult, purpose: PurposeJson, now: number): Promise<number> {
    const transaction = this.#database.transaction('reports', 'readwrite');
    const reports = await transaction.store.getAll();
    const next = countCheck(reports.find(({ isOpen }) => isOpen), result, purpose, now, crypto.randomUUID());
    // One is added to at a time.
    const closed = reports.filter(({ isOpen, reportId }) => isOpen && reportId !== next.reportId).map((report) => ({ ...report, isOpen: false }));
    await Promise.all([...closed, next].map((report) => transaction.store.put(report)));
    await transaction.done;
    return checksOf(reports) + 1;
  }

  /** How many checks wait. */
  async count(): Promise<number> {
    return checksOf(await this.#database.getAll('reports'));
  }

  /**
   * Sends everything that waits, the oldest first; what the hub took, or never will, waits no more.
   * @returns how many checks wait still
   */
  async send(report: (request: ReportRequestJson) => Promise<unknown>): Promise<number> {
    const transaction = this.#database.transaction('reports', 'readwrite');
    const waiting = (await transaction.store.getAll()).map((one) => ({ ...one, isOpen: false }));
    // Closed before it leaves: a page that ends in between sends the same one again, and it is counted once.
    await Promise.all(waiting.map((one) => transaction.store.put(one)));
    await transaction.done;
    for (const { reportId, hour, counts } of waiting.sort((one, other) => one.hour - other.hour)) {
      try {
        await report({ reportId, hour, counts });
      } catch (error) {
        if (!(error instanceof ScannerError) || error.code !== 'REQUEST_INVALID') break;
      }
      await this.#database.delete('reports', reportId);
    }
    return this.count();
  }
}
