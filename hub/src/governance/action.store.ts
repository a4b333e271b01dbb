import { randomUUID } from 'node:crypto';
import type { ProvinceCode } from '@health-code/attestation';
import type { DataSource, EntityManager } from 'typeorm';
import { HubError } from '../errors.js';
import type { CheckedKey } from '../joining/check-key.js';
import type { EventLogStore } from '../joining/event-log.store.js';
import type { MembershipEventName } from '../joining/membership-events.js';
import type { MembershipStore } from '../joining/membership.store.js';
import { ACTION_LIFETIME, decideAction, type OperatorAction } from './action.js';

/** Most actions that are listed. */
export const ACTION_LIST_LIMIT = 1000;

/** Taken first by every change: actions follow one another, so that of two who decide at once the second sees the first. */
const NEXT_REVISION = 'UPDATE registry_revision SET revision = revision + 1';

/** The same turn, taken by what no verdict follows: nothing has to be read again. */
const IN_TURN = 'SELECT FROM registry_revision FOR UPDATE';

const SELECT_ACTION = `SELECT id, kind, province, reason, state, proposed_by AS "proposedBy", floor(extract(epoch FROM expires_at))::float8 AS "expiresAt",
  ARRAY(SELECT operator FROM action_approval WHERE action = id ORDER BY approved_at, operator) AS "approvedBy"
  FROM operator_action`;

/** The one open action about keys of a province, whose time is not over. */
async function findOpenKeyAction(database: Pick<EntityManager, 'query'>, province: ProvinceCode): Promise<{ readonly id: string; readonly kids: readonly string[] } | undefined> {
  const [open] = await database.query<{ id: string; keys: readonly CheckedKey[] }[]>(
    `SELECT id, keys FROM operator_action WHERE province = $1 AND kind = 'replace-keys' AND state = 'open' AND expires_at > now()`,
    [province],
  );
  return open && { id: open.id, kids: open.keys.map(({ kid }) => kid) };
}

const isSameSet = (some: readonly string[], others: readonly string[]): boolean => some.length === others.length && new Set([...some, ...others]).size === some.length;

interface NewAction extends Pick<OperatorAction, 'kind' | 'province' | 'reason' | 'proposedBy'> {
  readonly keys?: readonly CheckedKey[];
}

/** Something that a second yes sets off, in the same change: it happens with the yes or not at all. */
export type ActionEffects = Pick<MembershipStore, 'suspendProvince' | 'acceptKeys' | 'stateOf'>;

/** Keeps what needs two operators, and does it when both have said yes. */
export class ActionStore {
  readonly #database: DataSource;
  readonly #events: Pick<EventLogStore, 'append'>;
  readonly #effects: ActionEffects;

  constructor(database: DataSource, events: Pick<EventLogStore, 'append'>, effects: ActionEffects) {
    this.#database = database;
    this.#events = events;
    this.#effects = effects;
  }

  /**
   * Proposes to suspend a province; the proposer's is the first yes.
   * @throws HubError PROVINCE_NOT_FOUND; MEMBERSHIP_STATE_INVALID for one that is not admitted
   */
  proposeSuspension(province: ProvinceCode, reason: string, operator: string): Promise<OperatorAction> {
    return this.#database.transaction(async (change) => {
      await change.query(NEXT_REVISION);
      const state = await this.#effects.stateOf(change, province);
      if (state === 'none') throw new HubError('PROVINCE_NOT_FOUND', 'the province is no member');
      if (state !== 'admitted') throw new HubError('MEMBERSHIP_STATE_INVALID', `only an admitted province is suspended; this one is ${state}`);
      const id = await this.#insert(change, { kind: 'suspend-province', province, reason, proposedBy: operator });
      await change.query('INSERT INTO action_approval (action, operator, approved_at) VALUES ($1, $2, now())', [id, operator]);
      return this.#get(change, id);
    });
  }

  /**
   * Keys that passed every check and that no key in use vouches for wait for two operators. The same keys proposed again are the
   * same question: its action stays, with every yes it has. Others close what nobody decided: only the last word is asked about.
   *
   * @param actor the province: SPIFFE ID
   * @returns id of the action
   */
  proposeKeys(province: ProvinceCode, actor: string, keys: readonly CheckedKey[]): Promise<string> {
    return this.#database.transaction(async (change) => {
      await change.query(NEXT_REVISION);
      const asked = await findOpenKeyAction(change, province);
      if (asked !== undefined && isSameSet(asked.kids, keys.map(({ kid }) => kid))) return asked.id;
      const reason = `更换全部密钥: keys that no key in use vouches for: ${keys.map(({ kid }) => kid).join(', ')}`.slice(0, 500);
      const [replaced] = await change.query<[{ id: string }[], number]>(
        `UPDATE operator_action SET state = 'rejected', decided_at = now() WHERE province = $1 AND kind = 'replace-keys' AND state = 'open' RETURNING id`,
        [province],
      );
      for (const { id } of replaced) await this.#events.append(change, { province, name: 'action.rejected', actor, detail: `replace-keys ${id}: other keys were proposed since` });
      return this.#insert(change, { kind: 'replace-keys', province, reason, proposedBy: actor, keys });
    });
  }

  /** Id of the action in which keys of a province wait for two operators; undefined where none do. */
  async findKeyAction(province: ProvinceCode): Promise<string | undefined> {
    return (await findOpenKeyAction(this.#database.manager, province))?.id;
  }

  /**
   * An operator's yes or no. The last yes takes effect in the same change: when the effect is refused, the yes was not given.
   *
   * @param now seconds since the epoch
   * @throws HubError ACTION_NOT_FOUND, ACTION_CLOSED, SECOND_OPERATOR_REQUIRED, and those of the effect
   */
  async decide(id: string, operator: string, approve: boolean, now: number): Promise<OperatorAction> {
    try {
      return await this.#decide(id, operator, approve, now);
    } catch (error) {
      // After the change was undone: that somebody tried is worth knowing.
      if (error instanceof HubError && error.code !== 'ACTION_NOT_FOUND') await this.#recordRefusal(id, operator, error.code);
      throw error;
    }
  }

  #decide(id: string, operator: string, approve: boolean, now: number): Promise<OperatorAction> {
    return this.#database.transaction(async (change) => {
      await change.query(NEXT_REVISION);
      const action = await this.#get(change, id);
      const next = decideAction(action, operator, approve, now);
      if (approve) await change.query('INSERT INTO action_approval (action, operator, approved_at) VALUES ($1, $2, now())', [id, operator]);
      if (next !== 'open') await change.query('UPDATE operator_action SET state = $2, decided_at = now() WHERE id = $1', [id, next]);
      await this.#record(change, action, approve ? 'action.approved' : 'action.rejected', operator);
      if (next === 'approved') await this.#take(change, action, operator);
      return this.#get(change, id);
    });
  }

  /** Newest first, at most {@link ACTION_LIST_LIMIT}. `now` in seconds since the epoch. */
  list(openOnly: boolean, now: number): Promise<readonly OperatorAction[]> {
    return this.#database.query<OperatorAction[]>(
      `${SELECT_ACTION} WHERE NOT $1::boolean OR (state = 'open' AND expires_at > to_timestamp($2)) ORDER BY proposed_at DESC, id LIMIT $3`,
      [openOnly, now, ACTION_LIST_LIMIT],
    );
  }

  /** Writes down, once, that nobody decided in time. `now` in seconds since the epoch. @returns how many */
  expire(now: number): Promise<number> {
    return this.#database.transaction(async (change) => {
      await change.query(IN_TURN);
      const [expired] = await change.query<[OperatorAction[], number]>(
        `UPDATE operator_action SET state = 'expired', decided_at = now() WHERE state = 'open' AND expires_at <= to_timestamp($1) RETURNING id, kind, province, reason`,
        [now],
      );
      for (const action of expired) await this.#record(change, action, 'action.expired', 'hub');
      return expired.length;
    });
  }

  async #insert(change: EntityManager, { kind, province, reason, proposedBy, keys }: NewAction): Promise<string> {
    const id = randomUUID();
    await change.query(
      `INSERT INTO operator_action (id, kind, province, reason, keys, state, proposed_by, proposed_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, 'open', $6, now(), now() + make_interval(secs => $7))`,
      [id, kind, province, reason, keys === undefined ? null : JSON.stringify(keys), proposedBy, ACTION_LIFETIME],
    );
    await this.#record(change, { id, kind, province, reason }, 'action.proposed', proposedBy);
    return id;
  }

  async #take(change: EntityManager, action: OperatorAction, operator: string): Promise<void> {
    const act = { province: action.province as ProvinceCode, actor: operator, detail: `by two operators, action ${action.id}: ${action.reason}` };
    if (action.kind === 'suspend-province') {
      await this.#effects.suspendProvince(change, act);
      return;
    }
    const [row] = await change.query<{ keys: readonly CheckedKey[] }[]>('SELECT keys FROM operator_action WHERE id = $1', [action.id]);
    await this.#effects.acceptKeys(change, { ...act, acceptedBy: `action ${action.id}`, keys: row?.keys ?? [] });
  }

  async #get(change: EntityManager, id: string): Promise<OperatorAction> {
    const [action] = await change.query<OperatorAction[]>(`${SELECT_ACTION} WHERE id = $1`, [id]);
    if (action === undefined) throw new HubError('ACTION_NOT_FOUND', 'no action has this id');
    return action;
  }

  #recordRefusal(id: string, operator: string, code: string): Promise<void> {
    return this.#database.transaction(async (change) => {
      const { kind, province } = await this.#get(change, id);
      await this.#events.append(change, { province, name: 'action.refused', actor: operator, detail: `${code}: ${kind} ${id}` });
    });
  }

  #record(change: EntityManager, { id, kind, province, reason }: Pick<OperatorAction, 'id' | 'kind' | 'province' | 'reason'>, name: MembershipEventName, actor: string): Promise<void> {
    return this.#events.append(change, { province, name, actor, detail: `${kind} ${id}: ${reason}` });
  }
}
