import { getProvince, type ProvinceCode } from '@health-code/attestation';
import type { DataSource, EntityManager } from 'typeorm';
import { HubError } from '../errors.js';
import { findHolders } from './certificate.store.js';
import type { CheckedKey } from './check-key.js';
import type { EventLogStore } from './event-log.store.js';
import type { LiveAcceptedKey, LiveBadge, LiveMember, MembersContent } from './live-members.js';
import { nextState, type MemberState, type MemberStep, type Standpoint } from './members.js';
import type { MembershipEventName } from './membership-events.js';

/** Taken first by every change of members and of the registry: they follow one another, and each sees what the last one left. */
const NEXT_REVISION = 'UPDATE registry_revision SET revision = revision + 1';

/** Keys of one province that are accepted and not ended: those of many rotations at once. */
export const MAX_ACCEPTED_KEYS = 64;

/** What is written down when a step moved a member. */
const EVENT_OF_STATE: Readonly<Record<MemberState, MembershipEventName>> = {
  applied: 'province.applied',
  'keys-accepted': 'province.keys-accepted',
  'conformance-passed': 'province.conformance-passed',
  admitted: 'province.admitted',
  suspended: 'province.suspended',
  left: 'province.left',
};

/** Who did something to whom, and what to say of it. */
export interface MemberAct {
  readonly province: ProvinceCode;
  /** SPIFFE ID, "hub" or "founding". */
  readonly actor: string;
  readonly detail: string;
}

/** Keeps members and what was accepted of them. */
export class MembershipStore {
  readonly #database: DataSource;
  readonly #events: EventLogStore;

  constructor(database: DataSource, events: EventLogStore) {
    this.#database = database;
    this.#events = events;
  }

  /** One change of members: what `work` writes is committed together or not at all, and no other change runs meanwhile. */
  change<Result>(work: (change: EntityManager) => Promise<Result>): Promise<Result> {
    return this.#database.transaction(async (change) => {
      await change.query(NEXT_REVISION);
      return work(change);
    });
  }

  /** Where the province stands, as of `change`. */
  async stateOf(change: EntityManager, province: ProvinceCode): Promise<Standpoint> {
    const [row] = await change.query<{ state: MemberState }[]>('SELECT state FROM member WHERE province = $1 FOR UPDATE', [province]);
    return row?.state ?? 'none';
  }

  /**
   * Takes a member one step on, with its event; a step that keeps the state writes none.
   * @throws HubError MEMBERSHIP_STATE_INVALID
   */
  async move(change: EntityManager, step: MemberStep, { province, actor, detail }: MemberAct): Promise<MemberState> {
    await change.query(NEXT_REVISION);
    const before = await this.stateOf(change, province);
    const next = nextState(before, step);
    if (next === 'none') throw new HubError('PROVINCE_NOT_FOUND', 'the province is no member');
    if (next === before) return next;
    await change.query('UPDATE member SET state = $2, state_since = now() WHERE province = $1', [province, next]);
    if (next === 'admitted' || next === 'suspended') {
      await change.query('INSERT INTO province (code, slug, standing) VALUES ($1, $2, $3) ON CONFLICT (code) DO UPDATE SET standing = excluded.standing', [
        province,
        getProvince(province).slug,
        next,
      ]);
    }
    if (next === 'left') await change.query(`UPDATE province SET standing = 'left' WHERE code = $1`, [province]);
    await this.#events.append(change, { province, actor, detail, name: step === 'resume' ? 'province.resumed' : EVENT_OF_STATE[next] });
    return next;
  }

  /** 暂停成员, once two operators said so. @throws HubError MEMBERSHIP_STATE_INVALID */
  async suspendProvince(change: EntityManager, act: MemberAct): Promise<void> {
    await this.move(change, 'suspend', act);
  }

  /**
   * Accepts keys that passed every check, beside those accepted before; the first ones lead on to `keys-accepted`.
   * @param acceptedBy "first submission", "registration", the kid that vouched, or the action of two operators
   * @throws HubError MEMBERSHIP_STATE_INVALID, RATE_LIMIT_EXCEEDED, KEY_NOT_ACCEPTED for a key that was revoked, or taken by another province or for another use meanwhile
   */
  async acceptKeys(change: EntityManager, { acceptedBy, keys, ...act }: MemberAct & { readonly acceptedBy: string; readonly keys: readonly CheckedKey[] }): Promise<void> {
    await this.move(change, 'accept-keys', act);
    const kids = keys.map(({ kid }) => kid);
    // Looked at when they were submitted; until two operators have said yes, days may pass.
    const holders = [...(await findHolders(change, kids)).values()].flat();
    if (holders.some(({ province, as }) => province !== act.province || as === 'certificate' || as === 'former')) {
      throw new HubError('KEY_NOT_ACCEPTED', 'a key was given up, revoked, or taken by another holder meanwhile');
    }
    await change.query(
      `INSERT INTO accepted_key (kid, province, use, jwk, accepted_at, accepted_by)
       SELECT kid, $1, use, jwk::jsonb, now(), $5 FROM unnest($2::text[], $3::text[], $4::text[]) AS checked (kid, use, jwk)
       ON CONFLICT (kid) DO NOTHING`,
      [act.province, kids, keys.map(({ use }) => use), keys.map(({ jwk }) => jwk), acceptedBy],
    );
    const [{ count } = { count: 0 }] = await change.query<{ count: number }[]>(
      'SELECT count(*)::int AS count FROM accepted_key JOIN unnest($1::text[], $3::text[]) AS checked (kid, use) USING (kid, use) WHERE province = $2 AND ended_at IS NULL',
      [kids, act.province, keys.map(({ use }) => use)],
    );
    if (count !== new Set(kids).size) throw new HubError('KEY_NOT_ACCEPTED', 'a key was accepted for another use meanwhile');
    await this.#requireFewKeys(change, act.province);
    await this.#events.append(change, { province: act.province, actor: act.actor, name: 'keys.accepted', detail: `${kids.join(', ')} by ${acceptedBy}` });
  }

  /** All of them are in the memory of every process, and in every answer to their province. */
  async #requireFewKeys(change: EntityManager, province: ProvinceCode): Promise<void> {
    const [{ count } = { count: 0 }] = await change.query<{ count: number }[]>('SELECT count(*)::int AS count FROM accepted_key WHERE province = $1 AND ended_at IS NULL', [province]);
    if (count <= MAX_ACCEPTED_KEYS) return;
    throw new HubError('RATE_LIMIT_EXCEEDED', `${String(MAX_ACCEPTED_KEYS)} keys are accepted, which is as many as one province may have; a registration without a registered one, or revoking one, ends it`);
  }

  /** Ends an accepted key for good; an unknown one is left alone. */
  async endKey(change: EntityManager, kid: string): Promise<void> {
    await change.query('UPDATE accepted_key SET ended_at = now() WHERE kid = $1 AND ended_at IS NULL', [kid]);
    await change.query(NEXT_REVISION);
  }

  /** Everything that calls are measured against, as of one moment. */
  readContent(): Promise<MembersContent> {
    return this.#database.transaction('REPEATABLE READ', async (snapshot) => {
      const members = await snapshot.query<MemberRow[]>(
        `SELECT m.province AS code, m.state, m.origin, m.organisation, m.code_prefixes AS "codePrefixes",
                floor(extract(epoch FROM m.state_since))::float8 AS since,
                floor(extract(epoch FROM m.badge_due_at))::float8 AS "badgeDueAt",
                p.adapter_version AS "adapterVersion", p.protocol_version AS "protocolVersion"
         FROM member m LEFT JOIN province p ON p.code = m.province AND p.registered_at IS NOT NULL
         ORDER BY m.province`,
      );
      const keys = await snapshot.query<KeyRow[]>(
        `SELECT province, kid, use, (jwk->>'exp')::float8 AS "expiresAt" FROM accepted_key WHERE ended_at IS NULL ORDER BY accepted_at DESC, kid`,
      );
      const badges = await snapshot.query<(LiveBadge & { province: string })[]>(
        `SELECT DISTINCT ON (province) province, token, adapter_version AS "adapterVersion", protocol_version AS "protocolVersion",
                floor(extract(epoch FROM issued_at))::float8 AS "issuedAt", floor(extract(epoch FROM expires_at))::float8 AS "expiresAt"
         FROM conformance_badge ORDER BY province, expires_at DESC, id DESC`,
      );
      const revoked = await snapshot.query<{ fingerprint: string }[]>(
        'SELECT fingerprint FROM member_certificate WHERE revoked_at IS NOT NULL AND expires_at > now()',
      );
      const known = await snapshot.query<{ province: string; fingerprint: string }[]>(
        `SELECT province, fingerprint FROM member_certificate JOIN member USING (province)
         WHERE is_returned AND revoked_at IS NULL AND expires_at > now()`,
      );
      const returned = await snapshot.query<{ province: string }[]>('SELECT province FROM member WHERE is_returned');
      return {
        members: members.map((member) => toMember(member, keys, badges)),
        revoked: new Set(revoked.map(({ fingerprint }) => fingerprint)),
        known: new Map(returned.map(({ province }) => [province, new Set(known.filter((row) => row.province === province).map(({ fingerprint }) => fingerprint))])),
      };
    });
  }
}

type MemberRow = { [Column in keyof Omit<LiveMember, 'badge' | 'acceptedKeys'>]-?: LiveMember[Column] | null } & Pick<LiveMember, 'code' | 'state' | 'origin' | 'since'>;

type KeyRow = Omit<LiveAcceptedKey, 'expiresAt'> & { readonly province: string; readonly expiresAt: number | null };

type Present<Row> = { readonly [Column in keyof Row]: Exclude<Row[Column], null> };

/** Without the columns that are null. */
const present = <Row extends object>(row: Row): Partial<Present<Row>> => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Partial<Present<Row>>;

function toMember(
  row: MemberRow,
  keys: readonly KeyRow[],
  badges: readonly (LiveBadge & { readonly province: string })[],
): LiveMember {
  const stored = badges.find(({ province }) => province === row.code);
  const acceptedKeys = keys
    .filter(({ province }) => province === row.code)
    .map(({ kid, use, expiresAt }): LiveAcceptedKey => ({ kid, use, ...(expiresAt === null ? {} : { expiresAt }) }));
  const { code, state, origin, since } = row;
  if (stored === undefined) return { ...present(row), code, state, origin, since, acceptedKeys };
  const { province: _, ...badge } = stored;
  return { ...present(row), code, state, origin, since, acceptedKeys, badge };
}
