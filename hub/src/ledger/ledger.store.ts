import type { DataSource } from 'typeorm';
import type { CommittedAttestation } from '../lookup/lookup.js';
import { claimsOf } from './claims-of.js';

/** A line of the ledger. */
export interface LedgerEntry {
  readonly index: number;
  readonly issuer: string;
  readonly sequence: number;
  readonly salt: Uint8Array;
  readonly leafDigest: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly appendedAt: number;
  /** Compact JWS; absent after its retention ended, and of a conversion from the beginning: it says where somebody was. */
  readonly token?: string;
}

interface EntryRow {
  readonly index: string;
  readonly issuer: string;
  readonly sequence: string;
  readonly salt: Buffer;
  readonly leaf_digest: Buffer;
  readonly appended_at: Date;
  readonly token: string | null;
}

interface CommittedRow {
  readonly index: string;
  readonly token: string;
  readonly token_digest: Buffer;
  readonly content_digest: Buffer;
  readonly kid: string;
  readonly appended_at: number;
}

const ENTRY_COLUMNS = `entry.index, entry.issuer, entry.sequence, entry.salt, entry.leaf_digest, entry.appended_at,
  CASE WHEN is_converted THEN NULL ELSE token END AS token
  FROM ledger_entry entry LEFT JOIN attestation USING (issuer, sequence)`;

const toEntry = (row: EntryRow): LedgerEntry => ({
  index: Number(row.index),
  issuer: row.issuer,
  sequence: Number(row.sequence),
  salt: row.salt,
  leafDigest: row.leaf_digest,
  appendedAt: row.appended_at.getTime(),
  ...(row.token === null ? {} : { token: row.token }),
});

/** Reads the ledger. Only the holder of the ingest lock appends to it (`ingest/ingest.store.ts`). */
export class LedgerStore {
  readonly #database: DataSource;

  constructor(database: DataSource) {
    this.#database = database;
  }

  /** Number of entries; the next index. */
  async size(): Promise<number> {
    const [row] = await this.#database.query<{ size: string }[]>('SELECT coalesce(max(index) + 1, 0) AS size FROM ledger_entry');
    return Number(row?.size);
  }

  /** The entry of (issuer, sequence), if there is one. */
  async findEntry(issuer: string, sequence: number): Promise<LedgerEntry | undefined> {
    const [row] = await this.#database.query<EntryRow[]>(
      `SELECT ${ENTRY_COLUMNS} WHERE entry.issuer = $1 AND entry.sequence = $2`,
      [issuer, sequence],
    );
    return row === undefined ? undefined : toEntry(row);
  }

  /** At most `limit` entries from index `from` on, in order. */
  async listEntries(from: number, limit: number): Promise<readonly LedgerEntry[]> {
    const rows = await this.#database.query<EntryRow[]>(
      `SELECT ${ENTRY_COLUMNS} WHERE entry.index >= $1 ORDER BY entry.index LIMIT $2`,
      [from, limit],
    );
    return rows.map(toEntry);
  }

  /** By issuer: yellow and red health statuses whose province states no reason (invariant 7: counted in public). No test has a value of theirs. */
  async countUnexplained(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#database.query<{ issuer: string; count: string }[]>(
      `SELECT issuer, count(*) AS count FROM attestation WHERE status IN ('01', '10') AND reason = 'REASON_NOT_STATED' GROUP BY issuer`,
    );
    return new Map(rows.map(({ issuer, count }) => [issuer, Number(count)]));
  }

  /** The compact JWS of (issuer, sequence), if it is held. */
  async readToken(issuer: string, sequence: number): Promise<string | undefined> {
    const [row] = await this.#database.query<{ token: string }[]>(
      'SELECT token FROM attestation WHERE issuer = $1 AND sequence = $2',
      [issuer, sequence],
    );
    return row?.token;
  }

  /** At most `limit` attestations from index `from` on, in ledger order. Entries whose attestation was deleted are left out. */
  async readCommitted(from: number, limit: number): Promise<readonly CommittedAttestation[]> {
    const rows = await this.#database.query<CommittedRow[]>(
      `SELECT entry.index, token, token_digest, content_digest, entry.kid, extract(epoch FROM entry.appended_at)::float8 * 1000 AS appended_at
       FROM ledger_entry entry JOIN attestation USING (issuer, sequence)
       WHERE entry.index >= $1 ORDER BY entry.index LIMIT $2`,
      [from, limit],
    );
    return rows.map((row) => ({
      index: Number(row.index),
      claims: claimsOf(Buffer.from(row.token)),
      tokenDigest: row.token_digest,
      contentDigest: row.content_digest,
      kid: row.kid,
      appendedAt: row.appended_at,
    }));
  }
}
