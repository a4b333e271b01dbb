import { Pool, type PoolClient } from 'pg';
import type { DocumentCollection, Documents, StoredDocument } from './documents.js';

const TABLE = `
  CREATE TABLE IF NOT EXISTS stand_in_document (
    system text NOT NULL, collection text NOT NULL, id text NOT NULL,
    body jsonb NOT NULL, sequence bigint NOT NULL,
    PRIMARY KEY (system, collection, id));
  CREATE INDEX IF NOT EXISTS stand_in_document_sequence ON stand_in_document (system, collection, sequence);
  CREATE SEQUENCE IF NOT EXISTS stand_in_document_change;`;

/** Two stand-ins that start at once must not both create the table: IF NOT EXISTS alone fails then. Any fixed number. */
const CREATE_LOCK = 7_361_001;

/** One stand-in's documents in PostgreSQL, apart from every other stand-in's by its name. Survives restarts. */
export class DocumentStore implements Documents {
  private constructor(
    private readonly pool: Pool,
    private readonly system: string,
  ) {}

  /** Connects and creates the table where it is missing. */
  static async open(databaseUrl: string, system: string): Promise<DocumentStore> {
    const pool = new Pool({ connectionString: databaseUrl, max: 4 });
    // Without a listener a broken idle connection would end the process.
    pool.on('error', () => undefined);
    const store = new DocumentStore(pool, system);
    await store.transaction(async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [CREATE_LOCK]);
      await client.query(TABLE);
    });
    return store;
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  collection<T>(name: string): DocumentCollection<T> {
    const { pool, system } = this;
    const find = async (id: string): Promise<T | undefined> => {
      const { rows } = await pool.query<{ body: T }>(
        'SELECT body FROM stand_in_document WHERE system = $1 AND collection = $2 AND id = $3',
        [system, name, id],
      );
      return rows[0]?.body;
    };
    return {
      find,
      put: async (id, body) => {
        await this.write((client) =>
          client.query(
            `INSERT INTO stand_in_document (system, collection, id, body, sequence) VALUES ($1, $2, $3, $4, nextval('stand_in_document_change'))
             ON CONFLICT (system, collection, id) DO UPDATE SET body = excluded.body, sequence = excluded.sequence`,
            [system, name, id, JSON.stringify(body)],
          ),
        );
      },
      putIfAbsent: async (id, body) => {
        await this.write((client) =>
          client.query(
            `INSERT INTO stand_in_document (system, collection, id, body, sequence) VALUES ($1, $2, $3, $4, nextval('stand_in_document_change'))
             ON CONFLICT DO NOTHING`,
            [system, name, id, JSON.stringify(body)],
          ),
        );
      },
      change: async (id, change) =>
        this.write(async (client) => {
          const { rows } = await client.query<{ body: T }>(
            'SELECT body FROM stand_in_document WHERE system = $1 AND collection = $2 AND id = $3',
            [system, name, id],
          );
          const before = rows[0]?.body;
          const after = before === undefined ? undefined : change(before);
          if (after === undefined) return before;
          await client.query(
            `UPDATE stand_in_document SET body = $4, sequence = nextval('stand_in_document_change') WHERE system = $1 AND collection = $2 AND id = $3`,
            [system, name, id, JSON.stringify(after)],
          );
          return after;
        }),
      listAfter: async (sequence, limit) => {
        const { rows } = await pool.query<{ id: string; body: T; sequence: string }>(
          'SELECT id, body, sequence FROM stand_in_document WHERE system = $1 AND collection = $2 AND sequence > $3 ORDER BY sequence LIMIT $4',
          [system, name, sequence, limit],
        );
        return rows.map((row): StoredDocument<T> => ({ id: row.id, body: row.body, sequence: Number(row.sequence) }));
      },
    };
  }

  /** One writer at a time per stand-in: a change is never seen before one with a lower sequence, so a reader of changes misses none. */
  private async write<R>(work: (client: PoolClient) => Promise<R>): Promise<R> {
    return this.transaction(async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [CREATE_LOCK, this.system]);
      return work(client);
    });
  }

  private async transaction<R>(work: (client: PoolClient) => Promise<R>): Promise<R> {
    const client = await this.pool.connect();
    // The pool listens to idle connections only: one that breaks between two queries of a transaction would end the process.
    const ignore = (): void => undefined;
    client.on('error', ignore);
    let failure: Error | undefined;
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (cause) {
      failure = cause instanceof Error ? cause : new Error(String(cause));
      throw cause;
    } finally {
      client.off('error', ignore);
      // A client that failed inside a transaction is thrown away rather than rolled back.
      client.release(failure);
    }
  }
}
