import type { DataSource } from 'typeorm';
import { DELTAS_KEPT } from './held-list.js';
import type { StoredList, StoredLists, UnsavedList } from './saved-status-lists.js';

interface ListRow {
  readonly issuer: string;
  readonly token: string;
  readonly deltas: readonly string[];
}

/** Status lists in the database: of each the last whole one, and what changed since. */
export class PgStatusListStore implements StoredLists {
  readonly #database: DataSource;

  constructor(database: DataSource) {
    this.#database = database;
  }

  /**
   * Several replicas may save the same: the later version stays, whoever comes last. An earlier one that was signed later begins the list
   * anew: a thief had gone ahead, and his key was revoked since.
   */
  async save({ uri, issuer, whole, deltas }: UnsavedList): Promise<void> {
    await this.#database.transaction(async (change) => {
      if (whole !== undefined) {
        const { version, issuedAt, token } = whole;
        await change.query('DELETE FROM status_list_delta WHERE uri = $1 AND EXISTS (SELECT FROM status_list WHERE uri = $1 AND version > $2 AND issued_at < $3)', [uri, version, issuedAt]);
        await change.query(
          `INSERT INTO status_list (uri, issuer, version, issued_at, token) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (uri) DO UPDATE SET version = excluded.version, issued_at = excluded.issued_at, token = excluded.token
           WHERE status_list.version < excluded.version OR status_list.issued_at < excluded.issued_at`,
          [uri, issuer, version, issuedAt, token],
        );
        await change.query('DELETE FROM status_list_delta WHERE uri = $1 AND version <= (SELECT version FROM status_list WHERE uri = $1)', [uri]);
      }
      if (deltas.length === 0) return;
      await change.query(
        `INSERT INTO status_list_delta (uri, version, from_version, token)
         SELECT $1, version, from_version, token FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS heard (version, from_version, token)
         WHERE EXISTS (SELECT FROM status_list WHERE uri = $1) ON CONFLICT DO NOTHING`,
        [uri, deltas.map(({ version }) => version), deltas.map(({ from }) => from), deltas.map(({ token }) => token)],
      );
      await change.query(
        `DELETE FROM status_list_delta WHERE uri = $1 AND version <= (SELECT version FROM status_list_delta WHERE uri = $1 ORDER BY version DESC OFFSET ${String(DELTAS_KEPT.count)} LIMIT 1)`,
        [uri],
      );
    });
  }

  /** Deletes a list and what changed of it. */
  async remove(uri: string): Promise<void> {
    await this.#database.transaction(async (change) => {
      await change.query('DELETE FROM status_list_delta WHERE uri = $1', [uri]);
      await change.query('DELETE FROM status_list WHERE uri = $1', [uri]);
    });
  }

  /** Everything saved; deltas in the order in which they lead on. */
  async readAll(): Promise<readonly StoredList[]> {
    const rows = await this.#database.query<ListRow[]>(
      `SELECT issuer, list.token, coalesce(array_agg(delta.token ORDER BY delta.version, delta.from_version) FILTER (WHERE delta.token IS NOT NULL), '{}') AS deltas
       FROM status_list list LEFT JOIN status_list_delta delta ON delta.uri = list.uri AND delta.version > list.version
       GROUP BY list.uri ORDER BY list.uri`,
    );
    return rows;
  }
}
