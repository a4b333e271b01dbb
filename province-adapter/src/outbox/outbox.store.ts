import type { DataSource, EntityManager } from 'typeorm';
import { AdapterError } from '../errors.js';

/** An attestation as it waits to be published, and after. */
export interface OutboxEntry {
  readonly sequence: number;
  /** Compact JWS without disclosures. */
  readonly token: string;
}

/** A new entry, with the person it is about. */
export interface NewOutboxEntry extends OutboxEntry {
  /** Subject reference. */
  readonly subject: string;
}

/** A status that came in and could not be attested. */
export interface RefusedAnswer {
  readonly code: string;
  /** Subject reference, where the person is known. */
  readonly subject?: string;
}

/** The move of the poll cursor that belongs to what a poll produced. */
export interface CursorMove {
  readonly from: string | undefined;
  readonly to: string;
}

/** What one transaction adds. */
export interface OutboxAddition {
  /** Numbered on from the `lastSequence` the transaction was given, without a gap. */
  readonly entries: readonly NewOutboxEntry[];
  readonly refused?: readonly RefusedAnswer[];
  readonly cursor?: CursorMove;
}

/** What a transaction may look at while it holds the issuer's number. */
export interface OutboxView {
  readonly lastSequence: number;
  /** The latest token about each of the people, by subject reference. */
  readonly standing: ReadonlyMap<string, string>;
}

interface EntryRow {
  readonly sequence: string;
  readonly token: string;
}

const entryOf = (row: EntryRow): OutboxEntry => ({ sequence: Number(row.sequence), token: row.token });

/** SQL of the outbox: what is in it was attested, whether or not anybody heard of it yet. */
export class OutboxStore {
  constructor(private readonly database: DataSource) {}

  /**
   * Makes the database this issuer's, once and for ever: two provinces in one database would share a sequence.
   *
   * @throws AdapterError CONFIG_INVALID when it is another's
   */
  async claim(issuer: string): Promise<void> {
    await this.database.query('INSERT INTO issuer_sequence (issuer) VALUES ($1) ON CONFLICT DO NOTHING', [issuer]);
    const [row] = await this.database.query<{ issuer: string }[]>('SELECT issuer FROM issuer_sequence');
    if (row?.issuer !== issuer) {
      throw new AdapterError('CONFIG_INVALID', `DATABASE_URL is the database of province ${row?.issuer ?? 'unknown'}`);
    }
  }

  /** The latest tokens about these people, as of now. */
  findStanding(subjects: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return readStanding(this.database.manager, subjects);
  }

  /**
   * One transaction that holds the issuer's number: whoever appends next waits. Nothing is used up when `plan` throws
   * or the commit fails.
   *
   * @param subjects whom `plan` wants to see the standing attestations of
   */
  async append(subjects: readonly string[], plan: (view: OutboxView) => Promise<OutboxAddition>): Promise<void> {
    await this.database.transaction(async (manager) => {
      const [row] = await manager.query<{ last_sequence: string }[]>('SELECT last_sequence FROM issuer_sequence FOR UPDATE');
      const lastSequence = Number(row?.last_sequence);
      const addition = await plan({ lastSequence, standing: await readStanding(manager, subjects) });
      await insertEntries(manager, lastSequence, addition.entries);
      await insertRefused(manager, addition.refused ?? []);
      if (addition.cursor !== undefined) await moveCursor(manager, addition.cursor);
    });
  }

  /** The last sequence number issued; 0 when none. */
  async readLastSequence(): Promise<number> {
    const [row] = await this.database.query<{ last_sequence: string }[]>('SELECT last_sequence FROM issuer_sequence');
    return Number(row?.last_sequence ?? 0);
  }

  /** Where polling stands; undefined before the first poll. */
  async readCursor(): Promise<string | undefined> {
    const [row] = await this.database.query<{ cursor: string | null }[]>('SELECT cursor FROM poll_cursor');
    return row?.cursor ?? undefined;
  }

  /** The oldest entries not yet acknowledged by the broker, in order. */
  async readUnpublished(limit: number): Promise<readonly OutboxEntry[]> {
    const sql = 'SELECT sequence, token FROM attestation_outbox WHERE published_at IS NULL ORDER BY sequence LIMIT $1';
    return (await this.database.query<EntryRow[]>(sql, [limit])).map(entryOf);
  }

  /** Entries with `first <= sequence <= last`, in order, published or not. */
  async readRange(first: number, last: number, limit: number): Promise<readonly OutboxEntry[]> {
    const sql = 'SELECT sequence, token FROM attestation_outbox WHERE sequence BETWEEN $1 AND $2 ORDER BY sequence LIMIT $3';
    return (await this.database.query<EntryRow[]>(sql, [first, last, limit])).map(entryOf);
  }

  /** The broker has acknowledged these. */
  async markPublished(sequences: readonly number[]): Promise<void> {
    const sql = 'UPDATE attestation_outbox SET published_at = now() WHERE published_at IS NULL AND sequence = ANY($1::bigint[])';
    await this.database.query(sql, [sequences]);
  }

  /** How many entries wait, and how many answers were refused so far; for the status page. */
  async count(): Promise<{ readonly unpublished: number; readonly refused: number }> {
    const [row] = await this.database.query<{ unpublished: string; refused: string }[]>(
      'SELECT (SELECT count(*) FROM attestation_outbox WHERE published_at IS NULL) AS unpublished, (SELECT count(*) FROM refused_answer) AS refused',
    );
    return { unpublished: Number(row?.unpublished), refused: Number(row?.refused) };
  }
}

async function readStanding(manager: EntityManager, subjects: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (subjects.length === 0) return new Map();
  const rows = await manager.query<{ subject_reference: string; token: string }[]>(
    `SELECT DISTINCT ON (subject_reference) subject_reference, token FROM attestation_outbox
      WHERE subject_reference = ANY($1) ORDER BY subject_reference, sequence DESC`,
    [[...new Set(subjects)]],
  );
  return new Map(rows.map((row) => [row.subject_reference, row.token]));
}

async function insertEntries(manager: EntityManager, lastSequence: number, entries: readonly NewOutboxEntry[]): Promise<void> {
  if (entries.length === 0) return;
  if (entries.some(({ sequence }, index) => sequence !== lastSequence + 1 + index)) throw new Error('sequence numbers with a gap');
  await manager.query(
    `INSERT INTO attestation_outbox (sequence, subject_reference, token)
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])`,
    [entries.map(({ sequence }) => sequence), entries.map(({ subject }) => subject), entries.map(({ token }) => token)],
  );
  await manager.query('UPDATE issuer_sequence SET last_sequence = $1', [lastSequence + entries.length]);
}

async function insertRefused(manager: EntityManager, refused: readonly RefusedAnswer[]): Promise<void> {
  if (refused.length === 0) return;
  await manager.query('INSERT INTO refused_answer (code, subject_reference) SELECT * FROM unnest($1::text[], $2::text[])', [
    refused.map(({ code }) => code),
    refused.map(({ subject }) => subject ?? null),
  ]);
}

/** Compared, not only set: of two instances that read the same changes one gets through. */
async function moveCursor(manager: EntityManager, move: CursorMove): Promise<void> {
  const rows = await manager.query<unknown[]>(
    'SELECT 1 FROM poll_cursor WHERE cursor IS NOT DISTINCT FROM $1 FOR UPDATE', [move.from ?? null],
  );
  if (rows.length !== 1) throw new Error('the poll cursor was moved by another instance');
  await manager.query('UPDATE poll_cursor SET cursor = $1', [move.to]);
}
