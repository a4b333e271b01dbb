import type { DataSource } from 'typeorm';
import { causeOf } from './cause.js';
import type { ProbeResultStore } from './probe-results.js';
import type { ProbeResult } from './probes.js';

interface ResultRow {
  readonly receiver: string;
  readonly issuer: string;
  readonly measured_at: Date;
  readonly cause: string | null;
}

/** The last result of each ordered pair. No trail of them is kept: what a pair did is in nobody's interest but its own now. */
export class PgProbeResultStore implements ProbeResultStore {
  readonly #database: DataSource;

  constructor(database: DataSource) {
    this.#database = database;
  }

  /** In one statement; an older one than is held changes nothing. */
  async save(results: readonly ProbeResult[]): Promise<void> {
    if (results.length === 0) return;
    await this.#database.query(
      `INSERT INTO probe_result (receiver, issuer, measured_at, cause)
       SELECT receiver, issuer, to_timestamp(measured_ms / 1000.0), cause
       FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) AS measured (receiver, issuer, measured_ms, cause)
       ON CONFLICT (receiver, issuer) DO UPDATE SET measured_at = excluded.measured_at, cause = excluded.cause
       WHERE probe_result.measured_at < excluded.measured_at`,
      [
        results.map(({ receiver }) => receiver),
        results.map(({ issuer }) => issuer),
        results.map(({ measuredAt }) => measuredAt),
        results.map(({ cause }) => cause ?? null),
      ],
    );
  }

  async readSince(measuredAfter: number): Promise<readonly ProbeResult[]> {
    const rows = await this.#database.query<ResultRow[]>(
      'SELECT receiver, issuer, measured_at, cause FROM probe_result WHERE measured_at > to_timestamp($1::bigint / 1000.0) ORDER BY measured_at',
      [measuredAfter],
    );
    return rows.map(({ receiver, issuer, measured_at, cause }) => ({
      receiver,
      issuer,
      measuredAt: measured_at.getTime(),
      ...(cause === null ? {} : { cause: causeOf(cause, 'WRONG_ANSWER') }),
    }));
  }
}
