import { CLOCK_TOLERANCE_SECONDS, STATUS_VALUES } from '@health-code/attestation';
import type { EntityManager } from 'typeorm';
import type { NewOutboxEntry } from '../outbox/outbox-entry.js';
import { planUpdates, shardOf, type ListHead, type ListUpdates, type StatusSetting } from './list-change.js';

/** As PostgreSQL gives a list. */
export interface HeadRow {
  readonly shard: number;
  readonly version: string;
  readonly size: number;
  readonly ends_at: string;
}

/** A row of the table of lists. */
export const headOf = (row: HeadRow): ListHead => ({ shard: row.shard, version: Number(row.version), size: row.size, endsAt: Number(row.ends_at) });

/** Waits for whoever numbers, sets or signs at this moment: what is written under it is in the order of its commits. */
export async function holdIssuer(manager: EntityManager): Promise<void> {
  await manager.query('SELECT 1 FROM issuer_sequence FOR UPDATE');
}

/** Writes down lists and their versions, for whoever holds the issuer. */
export async function writeUpdates(manager: EntityManager, { heads, changes }: ListUpdates): Promise<void> {
  if (heads.length > 0) {
    await manager.query(
      `INSERT INTO status_list (shard, version, size, ends_at) SELECT * FROM unnest($1::integer[], $2::bigint[], $3::integer[], $4::bigint[])
        ON CONFLICT (shard) DO UPDATE SET version = excluded.version, size = excluded.size, ends_at = excluded.ends_at`,
      [heads.map(({ shard }) => shard), heads.map(({ version }) => version), heads.map(({ size }) => size), heads.map(({ endsAt }) => endsAt)],
    );
  }
  for (const { shard, version, size, places, statuses, isSignedAnew } of changes) {
    const sql = 'INSERT INTO status_list_change (shard, version, size, places, statuses, is_signed_anew) VALUES ($1, $2, $3, $4, $5, $6)';
    await manager.query(sql, [shard, version, size, places, statuses, isSignedAnew]);
  }
}

/** Lists after attestations were issued and statuses set; for whoever holds the issuer. */
export async function writeSettings(manager: EntityManager, issued: readonly Pick<NewOutboxEntry, 'sequence' | 'expiresAt'>[], settings: readonly StatusSetting[]): Promise<void> {
  const shards = [...new Set([...issued, ...settings].map(({ sequence }) => shardOf(sequence)))];
  if (shards.length === 0) return;
  const rows = await manager.query<HeadRow[]>('SELECT shard, version, size, ends_at FROM status_list WHERE shard = ANY($1::integer[])', [shards]);
  await writeUpdates(manager, planUpdates(rows.map(headOf), issued, settings));
}

/** What became of these entries; PostgreSQL gives 64 bits as text. */
export const settingsOf = (rows: readonly { readonly sequence: string }[], status: StatusSetting['status']): readonly StatusSetting[] =>
  rows.map(({ sequence }) => ({ sequence: Number(sequence), status }));

const aboutOf = (entries: readonly NewOutboxEntry[]): readonly [string[], string[]] => [entries.map(({ subject }) => subject), entries.map(({ kind }) => kind)];

/** What is said otherwise ends what was suspended; the same words for a shorter time do not. */
async function endSuspensions(manager: EntityManager, entries: readonly NewOutboxEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const sql = 'DELETE FROM suspension USING unnest($1::text[], $2::text[]) AS said (subject, kind) WHERE subject_reference = said.subject AND suspension.kind = said.kind';
  await manager.query(sql, [...aboutOf(entries)]);
}

/** All that still stands about the same is taken back: an earlier one, renewed since, would be shown in place of what is said now. */
async function takeBackEarlier(manager: EntityManager, entries: readonly NewOutboxEntry[]): Promise<readonly StatusSetting[]> {
  if (entries.length === 0) return [];
  const about = aboutOf(entries);
  const rows = await manager.query<{ sequence: string }[]>(
    `INSERT INTO listed_status (sequence, status, expires_at)
      SELECT DISTINCT earlier.sequence, ${STATUS_VALUES.invalid}, earlier.expires_at
      FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS said (subject, kind, sequence, issued_at)
      JOIN attestation_outbox AS earlier ON earlier.subject_reference = said.subject AND earlier.kind = said.kind AND earlier.sequence < said.sequence
      WHERE earlier.expires_at + ${CLOCK_TOLERANCE_SECONDS} > said.issued_at
      ON CONFLICT (sequence) DO UPDATE SET status = excluded.status WHERE listed_status.status <> excluded.status
      RETURNING sequence`,
    [...about, entries.map(({ sequence }) => sequence), entries.map(({ issuedAt }) => issuedAt)],
  );
  return settingsOf(rows, STATUS_VALUES.invalid);
}

/** What renews something suspended is suspended: else the next look at the local system would lift it. */
async function suspendRenewals(manager: EntityManager, entries: readonly NewOutboxEntry[]): Promise<readonly StatusSetting[]> {
  if (entries.length === 0) return [];
  const rows = await manager.query<{ sequence: string }[]>(
    `INSERT INTO listed_status (sequence, status, expires_at)
      SELECT renewal.sequence, ${STATUS_VALUES.suspended}, renewal.expires_at
      FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS renewal (subject, kind, sequence, expires_at)
      JOIN suspension ON suspension.subject_reference = renewal.subject AND suspension.kind = renewal.kind
      ON CONFLICT (sequence) DO NOTHING
      RETURNING sequence`,
    [...aboutOf(entries), entries.map(({ sequence }) => sequence), entries.map(({ expiresAt }) => expiresAt)],
  );
  return settingsOf(rows, STATUS_VALUES.suspended);
}

/** What becomes of the lists when attestations are appended; in the transaction that appends them, after them. */
export async function listAppended(manager: EntityManager, entries: readonly NewOutboxEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await endSuspensions(manager, entries.filter(({ earlier }) => earlier === 'taken-back'));
  const takenBack = await takeBackEarlier(manager, entries.filter(({ earlier }) => earlier === 'taken-back' || earlier === 'shortened'));
  const suspended = await suspendRenewals(manager, entries.filter(({ earlier }) => earlier === 'stand' || earlier === 'shortened'));
  await writeSettings(manager, entries, [...takenBack, ...suspended]);
}
