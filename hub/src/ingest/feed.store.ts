import type { DataSource } from 'typeorm';
import type { FeedSnapshot } from './feed-state.js';

interface FeedRow {
  readonly issuer: string;
  readonly contiguous_sequence: string;
  readonly highest_sequence: string;
  readonly confirmed_at: string;
  readonly equivocations: string;
  readonly quarantined: string;
}

/** Shares what heartbeats said between replicas. */
export class FeedStore {
  readonly #database: DataSource;

  constructor(database: DataSource) {
    this.#database = database;
  }

  /** Every issuer's feed as the database has it. */
  async readFeeds(): Promise<readonly FeedSnapshot[]> {
    const rows = await this.#database.query<FeedRow[]>('SELECT * FROM issuer_feed');
    return rows.map((row) => ({
      issuer: row.issuer,
      contiguous: Number(row.contiguous_sequence),
      highest: Number(row.highest_sequence),
      confirmedAt: Number(row.confirmed_at),
      equivocations: Number(row.equivocations),
      quarantined: Number(row.quarantined),
    }));
  }

  /** Raises what was announced and confirmed; what is held is for ingest alone to write. `feeds` in the order of issuers. */
  async raise(feeds: readonly FeedSnapshot[]): Promise<void> {
    await this.#database.query(
      `INSERT INTO issuer_feed AS feed (issuer, highest_sequence, confirmed_at) SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])
       ON CONFLICT (issuer) DO UPDATE SET highest_sequence = greatest(feed.highest_sequence, excluded.highest_sequence),
                                          confirmed_at = greatest(feed.confirmed_at, excluded.confirmed_at)`,
      [feeds.map(({ issuer }) => issuer), feeds.map(({ highest }) => highest), feeds.map(({ confirmedAt }) => Math.floor(confirmedAt))],
    );
  }
}
