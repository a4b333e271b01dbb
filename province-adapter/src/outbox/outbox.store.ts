import { STATUS_VALUES } from '@health-code/attestation';
import type { DataSource, EntityManager } from 'typeorm';
import { AdapterError } from '../errors.js';
import { listAppended } from '../status-list/list-change.store.js';
import { standingKey, type About, type CursorMove, type NewOutboxEntry, type OutboxAddition, type OutboxEntry, type OutboxView, type RefusedAnswer, type StandingEntry, type UnpublishedEntry } from './outbox-entry.js';

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

  /** What stands about these people, of these kinds, as of now; by {@link standingKey}. */
  findStanding(about: readonly About[]): Promise<ReadonlyMap<string, StandingEntry>> {
    return readStanding(this.database.manager, about);
  }

  /**
   * One transaction that holds the issuer's number: whoever appends next waits. Nothing is used up when `plan` throws
   * or the commit fails. What the entries change in the status lists is part of it.
   *
   * @param about what `plan` wants to see the standing attestations of
   */
  async append(about: readonly About[], plan: (view: OutboxView) => Promise<OutboxAddition>): Promise<void> {
    await this.database.transaction(async (manager) => {
      const [row] = await manager.query<{ last_sequence: string }[]>('SELECT last_sequence FROM issuer_sequence FOR UPDATE');
      const lastSequence = Number(row?.last_sequence);
      const addition = await plan({ lastSequence, standing: await readStanding(manager, about) });
      await insertEntries(manager, lastSequence, addition.entries);
      await listAppended(manager, addition.entries);
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
  async readUnpublished(limit: number): Promise<readonly UnpublishedEntry[]> {
    const sql = 'SELECT sequence, token, extract(epoch FROM created_at) * 1000 AS changed_at FROM attestation_outbox WHERE published_at IS NULL ORDER BY sequence LIMIT $1';
    return (await this.database.query<(EntryRow & { readonly changed_at: string })[]>(sql, [limit])).map((row) => ({ ...entryOf(row), changedAt: Math.floor(Number(row.changed_at)) }));
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

async function readStanding(manager: EntityManager, about: readonly About[]): Promise<ReadonlyMap<string, StandingEntry>> {
  if (about.length === 0) return new Map();
  const asked = [...new Map(about.map((each) => [standingKey(each), each])).values()];
  const rows = await manager.query<(About & { readonly token: string; readonly stands_until: string | null })[]>(
    `SELECT asked.subject, asked.kind, standing.token, (
        SELECT max(expires_at) FROM attestation_outbox AS earlier
        WHERE subject_reference = asked.subject AND kind = asked.kind
          AND (SELECT status FROM listed_status WHERE listed_status.sequence = earlier.sequence) IS DISTINCT FROM ${STATUS_VALUES.invalid}
      ) AS stands_until
      FROM unnest($1::text[], $2::text[]) AS asked (subject, kind)
      CROSS JOIN LATERAL (
        SELECT token FROM attestation_outbox
        WHERE subject_reference = asked.subject AND kind = asked.kind ORDER BY sequence DESC LIMIT 1
      ) AS standing`,
    [asked.map(({ subject }) => subject), asked.map(({ kind }) => kind)],
  );
  return new Map(rows.map((row) => [standingKey(row), { token: row.token, standsUntil: Number(row.stands_until) }]));
}

async function insertEntries(manager: EntityManager, lastSequence: number, entries: readonly NewOutboxEntry[]): Promise<void> {
  if (entries.length === 0) return;
  if (entries.some(({ sequence }, index) => sequence !== lastSequence + 1 + index)) throw new Error('sequence numbers with a gap');
  await manager.query(
    `INSERT INTO attestation_outbox (sequence, subject_reference, kind, token, expires_at)
      SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[])`,
    [
      entries.map(({ sequence }) => sequence),
      entries.map(({ subject }) => subject),
      entries.map(({ kind }) => kind),
      entries.map(({ token }) => token),
      entries.map(({ expiresAt }) => expiresAt),
    ],
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
