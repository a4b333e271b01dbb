import { CLOCK_TOLERANCE_SECONDS, SHARD_ENTRIES } from '@health-code/attestation';
import type { DataSource, EntityManager } from 'typeorm';
import type { RecordedChange, RecordedList } from './kept-list.js';
import { headOf, holdIssuer, writeUpdates, type HeadRow } from './list-change.store.js';
import { planSigningAnew, type ListHead, type StatusSetting } from './list-change.js';

/** Attestations cleared at once: what is left waits for the next time. */
const MOST_CLEARED = 100_000;

/**
 * Seconds after its end at which an attestation is cleared: no clock is taken to be further off, a checkpoint's or this one. What a clock
 * of tomorrow had cleared would stand again today.
 */
export const CLEARED_AFTER_SECONDS = 86_400 + CLOCK_TOLERANCE_SECONDS;

/** Versions are written down for so long; KeptList remembers a part of it. */
const KEPT_FOR = '2 hours';

interface ChangeRow {
  readonly id: string;
  readonly shard: number;
  readonly version: string;
  readonly size: number;
  readonly places: readonly number[];
  readonly statuses: readonly number[];
  readonly is_signed_anew: boolean;
  readonly changed_at: string;
}

const CHANGE_COLUMNS = 'id, shard, version, size, places, statuses, is_signed_anew, floor(extract(epoch FROM changed_at) * 1000) AS changed_at';

const changeOf = ({ id, shard, version, size, places, statuses, is_signed_anew: isSignedAnew, changed_at: changedAt }: ChangeRow): RecordedChange => ({
  id: Number(id), shard, version: Number(version), size, places, statuses, isSignedAnew, changedAt: Number(changedAt),
});

/** All lists that live, as of one moment. */
export interface RecordedLists {
  readonly lists: readonly RecordedList[];
  /** Id of the last change that is in them; 0 when none. */
  readonly position: number;
}

/** SQL of the lists. What stands in them is written with what changes it; see `list-change.store.ts`. */
export class StatusListStore {
  constructor(private readonly database: DataSource) {}

  /** Every list with an attestation that has not expired. @param now seconds since the epoch */
  readLists(now: number): Promise<RecordedLists> {
    return this.database.transaction('REPEATABLE READ', async (manager) => {
      const heads = await readLiveHeads(manager, now);
      const lists: RecordedList[] = [];
      for (const head of heads) lists.push(await readList(manager, head));
      const [last] = await manager.query<{ position: string | null }[]>('SELECT max(id) AS position FROM status_list_change');
      return { lists, position: Number(last?.position ?? 0) };
    });
  }

  /** What changed after the change of this id, in order. */
  async readChanges(position: number): Promise<readonly RecordedChange[]> {
    return (await this.database.query<ChangeRow[]>(`SELECT ${CHANGE_COLUMNS} FROM status_list_change WHERE id > $1 ORDER BY id`, [position])).map(changeOf);
  }

  /**
   * One version more of each list that lives, without what has expired by any checkpoint's clock. Who holds it knows that nothing
   * else changed until then.
   *
   * @param now seconds since the epoch
   * @returns the shards of these lists
   */
  signAnew(now: number): Promise<readonly number[]> {
    return this.database.transaction(async (manager) => {
      await holdIssuer(manager);
      const expired = await manager.query<{ sequence: string }[]>(
        `WITH expired AS (DELETE FROM listed_status WHERE sequence IN (
            SELECT sequence FROM listed_status WHERE expires_at <= $1 ORDER BY expires_at LIMIT ${MOST_CLEARED}
          ) RETURNING sequence) SELECT sequence FROM expired`,
        [now - CLEARED_AFTER_SECONDS],
      );
      await manager.query(`DELETE FROM status_list_change WHERE changed_at < now() - interval '${KEPT_FOR}'`);
      const updates = planSigningAnew(await readLiveHeads(manager, now), expired.map(({ sequence }) => Number(sequence)));
      await writeUpdates(manager, updates);
      return updates.heads.map(({ shard }) => shard);
    });
  }
}

async function readLiveHeads(manager: EntityManager, now: number): Promise<readonly ListHead[]> {
  const sql = `SELECT shard, version, size, ends_at FROM status_list WHERE ends_at + ${CLOCK_TOLERANCE_SECONDS} > $1 ORDER BY shard`;
  return (await manager.query<HeadRow[]>(sql, [now])).map(headOf);
}

async function readList(manager: EntityManager, head: ListHead): Promise<RecordedList> {
  const first = head.shard * SHARD_ENTRIES + 1;
  const listed = await manager.query<{ sequence: string; status: number }[]>('SELECT sequence, status FROM listed_status WHERE sequence BETWEEN $1 AND $2', [first, first + SHARD_ENTRIES - 1]);
  const recent = await manager.query<ChangeRow[]>(`SELECT ${CHANGE_COLUMNS} FROM status_list_change WHERE shard = $1 ORDER BY version`, [head.shard]);
  const settings: readonly StatusSetting[] = listed.map(({ sequence, status }) => ({ sequence: Number(sequence), status }));
  return { head, settings, recent: recent.map(changeOf) };
}
