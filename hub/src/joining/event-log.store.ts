import type { DataSource, EntityManager } from 'typeorm';
import type { MembershipEvent, NewMembershipEvent } from './membership-events.js';

/** Refusals of one name and province that are written down in an hour: whoever repeats himself cannot fill the database. */
export const REFUSALS_PER_HOUR = 20;

/** Characters of a detail that are kept. */
const DETAIL_LENGTH = 500;

const COLUMNS = 'id::float8 AS id, province, floor(extract(epoch FROM at))::float8 AS at, name, actor, detail';

/** Makes whoever writes next wait, so that events become visible in the order of their ids and a reader that goes on from an id misses none. */
const IN_ORDER = 'SELECT FROM registry_revision FOR UPDATE';

/** The log of what happened to members. */
export class EventLogStore {
  readonly #database: DataSource;

  constructor(database: DataSource) {
    this.#database = database;
  }

  /** Writes `event` down with the rest of `change`: both are committed or neither is. */
  async append(change: EntityManager, { province, name, actor, detail }: NewMembershipEvent): Promise<void> {
    await change.query(IN_ORDER);
    await change.query('INSERT INTO membership_event (province, at, name, actor, detail) VALUES ($1, now(), $2, $3, $4)', [
      province,
      name,
      actor,
      detail.slice(0, DETAIL_LENGTH),
    ]);
  }

  /** Writes a refusal down by itself: what was refused left nothing else. Beyond {@link REFUSALS_PER_HOUR} it is let go. */
  async recordRefusal({ province, name, actor, detail }: NewMembershipEvent): Promise<void> {
    await this.#database.transaction(async (change) => {
      await change.query(IN_ORDER);
      await change.query(
        `INSERT INTO membership_event (province, at, name, actor, detail) SELECT $1, now(), $2, $3, $4
         WHERE (SELECT count(*) FROM membership_event WHERE province = $1 AND name = $2 AND at > now() - interval '1 hour') < $5`,
        [province, name, actor, detail.slice(0, DETAIL_LENGTH), REFUSALS_PER_HOUR],
      );
    });
  }

  /** Events after `afterId`, oldest first. */
  list(afterId: number, limit: number): Promise<readonly MembershipEvent[]> {
    return this.#database.query(`SELECT ${COLUMNS} FROM membership_event WHERE id > $1 ORDER BY id LIMIT $2`, [afterId, limit]);
  }

  /** The last events of one province, newest first. */
  listOf(province: string, limit: number): Promise<readonly MembershipEvent[]> {
    return this.#database.query(`SELECT ${COLUMNS} FROM membership_event WHERE province = $1 ORDER BY id DESC LIMIT $2`, [province, limit]);
  }
}
