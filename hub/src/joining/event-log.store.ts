import type { DataSource, EntityManager } from 'typeorm';
import { HubError } from '../errors.js';
import type { MembershipEvent, MembershipEventName, NewMembershipEvent } from './membership-events.js';

/** Refusals of one name and province that are written down in an hour: whoever repeats himself cannot fill the database. */
export const REFUSALS_PER_HOUR = 20;

/**
 * What a member can do again and again, and how often in a day: its events stay for good, and so does what they tell of. What takes
 * something back, or is bounded by what there is to take, has no row: nobody is to be kept from revoking.
 */
export const EVENTS_PER_DAY: ReadonlyMap<MembershipEventName, number> = new Map([
  ['keys.accepted', 200],
  ['badge.issued', 200],
  ['nats-user.issued', 1000],
  ['adapter.registered', 1000],
  ['checkpoint.invited', 10_000],
  ['action.proposed', 200],
  ['policy.proposed', 200],
]);

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

  /**
   * Writes `event` down with the rest of `change`: both are committed or neither is.
   * @throws HubError RATE_LIMIT_EXCEEDED for one more of {@link EVENTS_PER_DAY} by the same actor
   */
  async append(change: EntityManager, { province, name, actor, detail }: NewMembershipEvent): Promise<void> {
    await change.query(IN_ORDER);
    await requireFewToday(change, { province, name, actor });
    await change.query('INSERT INTO membership_event (province, at, name, actor, detail) VALUES ($1, now(), $2, $3, $4)', [
      province,
      name,
      actor,
      detail.slice(0, DETAIL_LENGTH),
    ]);
  }

  /** Writes a refusal down by itself: what was refused left nothing else. */
  recordRefusal(event: NewMembershipEvent): Promise<void> {
    return this.recordBounded(event);
  }

  /** Writes an event down by itself, of which nothing else was changed. Beyond {@link REFUSALS_PER_HOUR} it is let go. */
  async recordBounded({ province, name, actor, detail }: NewMembershipEvent): Promise<void> {
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

async function requireFewToday(change: EntityManager, { province, name, actor }: Pick<NewMembershipEvent, 'province' | 'name' | 'actor'>): Promise<void> {
  const most = EVENTS_PER_DAY.get(name);
  if (most === undefined) return;
  // By actor: a province that proposes without end keeps no operator from proposing to suspend it.
  const [today] = await change.query<{ count: number; waitMs: number | null }[]>(
    `SELECT count(*)::int AS count, ceil(1000 * extract(epoch FROM min(at) + interval '1 day' - now()))::float8 AS "waitMs"
     FROM membership_event WHERE province = $1 AND name = $2 AND actor = $3 AND at > now() - interval '1 day'`,
    [province, name, actor],
  );
  if (today === undefined || today.count < most) return;
  throw new HubError('RATE_LIMIT_EXCEEDED', `${name}: ${String(most)} in a day, which is as many as one member may cause`, { retryAfterMs: Math.max(1, today.waitMs ?? 1) });
}
