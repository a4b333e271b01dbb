import type { DataSource, EntityManager } from 'typeorm';
import { findHolders } from '../joining/certificate.store.js';
import { EventLogStore } from '../joining/event-log.store.js';
import { FoundingStore } from '../joining/founding.store.js';
import { nextState, type MemberState } from '../joining/members.js';
import type { NewMembershipEvent } from '../joining/membership-events.js';
import type { AdmittedProvince } from './admission.js';
import type { RegisteredBefore, RegisteringProvince } from './register-province.js';
import type { Registration, StatedRule } from './registration.js';
import type { Recogniser, RegisteredRule } from './registry.js';
import type { RegistryPulse, StoredKey, StoredProvince, StoredRegistry } from './stored-registry.js';

const RECOGNISER_COLUMNS = 'prefix, infix, min_length AS "minLength", max_length AS "maxLength"';

/** Taken first by every change: changes of the registry follow one another, so each sees what the last one left. */
const NEXT_REVISION = 'UPDATE registry_revision SET revision = revision + 1';

/** Keeps provinces, keys, recognisers and rules. */
export class RegistryStore {
  readonly #database: DataSource;
  readonly #events: EventLogStore;

  constructor(database: DataSource) {
    this.#database = database;
    this.#events = new EventLogStore(database);
  }

  /** Takes in the founding members that the operator's file lists; see {@link FoundingStore}. */
  applyAdmission(admitted: readonly AdmittedProvince[]): Promise<void> {
    return new FoundingStore(this.#database, this.#events).apply(admitted);
  }

  /** Notes that a registration was refused. */
  recordRefusal(event: NewMembershipEvent): Promise<void> {
    return this.#events.recordRefusal(event);
  }

  /** Satisfies RegistrationStore. */
  async saveRegistration(
    { code, actor }: RegisteringProvince,
    registration: Registration,
    at: number,
    check: (before: RegisteredBefore) => Promise<void>,
  ): Promise<void> {
    await this.#database.transaction(async (change) => {
      await change.query(NEXT_REVISION);
      // What this process has in memory may be two seconds old: the province may have left through another replica.
      const [member] = await change.query<{ state: MemberState }[]>('SELECT state FROM member WHERE province = $1', [code]);
      nextState(member?.state ?? 'none', 'register');
      const before = await readBefore(change, code, registration);
      await check(before);
      if (before.isFirstOfFounding) await this.#acceptFounding(change, code, registration);
      await this.#recordChange(change, code, actor, registration);
      await change.query(
        'UPDATE province SET mode = $2, adapter_version = $3, protocol_version = $4, registered_at = to_timestamp($5) WHERE code = $1',
        [code, registration.mode, registration.adapterVersion, registration.protocolVersion, at],
      );
      // As it was accepted: a registration cannot let a key last longer than it was looked at for.
      await change.query(
        `INSERT INTO province_key (kid, province, use, jwk, registered_at, stated_at, position)
         SELECT kid, $1, stated.use, coalesce(accepted_key.jwk, stated.jwk::jsonb), to_timestamp($5), to_timestamp($5), position
         FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS stated (kid, use, jwk, position) LEFT JOIN accepted_key USING (kid)
         ON CONFLICT (kid) DO UPDATE SET stated_at = excluded.stated_at, position = excluded.position`,
        [code, registration.keys.map(({ kid }) => kid), registration.keys.map(({ use }) => use), registration.keys.map(({ jwk }) => jwk), at],
      );
      await change.query(
        'UPDATE province_key SET retired_at = to_timestamp($3) WHERE province = $1 AND retired_at IS NULL AND kid <> ALL ($2::text[])',
        [code, registration.keys.map(({ kid }) => kid), at],
      );
      // What was given up vouches for nothing any more, and never comes back.
      await change.query(
        `UPDATE accepted_key SET ended_at = to_timestamp($2) FROM province_key
         WHERE province_key.kid = accepted_key.kid AND accepted_key.province = $1 AND province_key.retired_at IS NOT NULL AND ended_at IS NULL`,
        [code, at],
      );
      await change.query('DELETE FROM recogniser WHERE province = $1', [code]);
      await change.query(
        'INSERT INTO recogniser SELECT $1, * FROM unnest($2::text[], $3::text[], $4::integer[], $5::integer[])',
        [
          code,
          registration.recognisers.map(({ prefix }) => prefix),
          registration.recognisers.map(({ infix }) => infix),
          registration.recognisers.map(({ minLength }) => minLength),
          registration.recognisers.map(({ maxLength }) => maxLength),
        ],
      );
      await change.query(
        `INSERT INTO assignment_rule (province, rule_id, version, title, cited_facts, registered_at)
         SELECT $1, id, version, title, string_to_array(facts, ','), to_timestamp($6)
         FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS stated (id, version, title, facts) ON CONFLICT DO NOTHING`,
        [
          code,
          registration.rules.map(({ id }) => id),
          registration.rules.map(({ version }) => version),
          registration.rules.map(({ title }) => title),
          // Lists of one array would have to be of one length.
          registration.rules.map(({ facts }) => facts.join()),
          at,
        ],
      );
    });
  }

  async #acceptFounding(change: EntityManager, code: string, { keys }: Registration): Promise<void> {
    await change.query(
      `INSERT INTO accepted_key (kid, province, use, jwk, accepted_at, accepted_by)
       SELECT kid, $1, use, jwk::jsonb, now(), 'registration' FROM unnest($2::text[], $3::text[], $4::text[]) AS stated (kid, use, jwk)`,
      [code, keys.map(({ kid }) => kid), keys.map(({ use }) => use), keys.map(({ jwk }) => jwk)],
    );
    await this.#events.append(change, { province: code, actor: 'founding', name: 'keys.accepted', detail: `${keys.map(({ kid }) => kid).join(', ')} by the first registration` });
  }

  /** A registration is repeated at every start; only one that says something else is written down. */
  async #recordChange(change: EntityManager, code: string, actor: string, { adapterVersion, protocolVersion }: Registration): Promise<void> {
    const [last] = await change.query<{ adapterVersion: string | null; protocolVersion: number | null; earnedBy: string | null }[]>(
      `SELECT adapter_version AS "adapterVersion", protocol_version AS "protocolVersion",
              (SELECT adapter_version FROM conformance_badge WHERE province = code AND expires_at > now() ORDER BY expires_at DESC, id DESC LIMIT 1) AS "earnedBy"
       FROM province WHERE code = $1 AND registered_at IS NOT NULL`,
      [code],
    );
    if (last?.adapterVersion === adapterVersion && last.protocolVersion === protocolVersion) return;
    const earnedBy = last?.earnedBy ?? adapterVersion;
    const mismatch = earnedBy === adapterVersion ? '' : `; BADGE_ADAPTER_VERSION_MISMATCH: the badge was earned by ${earnedBy}`;
    await this.#events.append(change, {
      province: code,
      actor,
      name: 'adapter.registered',
      detail: `adapter ${adapterVersion}, protocol version ${String(protocolVersion)}${mismatch}`,
    });
  }

  /** Notes that the adapter of `code` was heard from at `at`, in seconds since the epoch. */
  async saveHeartbeat(code: string, at: number, localSystemReachable: boolean): Promise<void> {
    await this.#database.query(
      'UPDATE province SET last_heartbeat_at = greatest(last_heartbeat_at, to_timestamp($2)), local_system_reachable = $3 WHERE code = $1',
      [code, at, localSystemReachable],
    );
  }

  /** The revision, and who was heard from when. */
  async readPulse(): Promise<RegistryPulse> {
    const rows = await this.#database.query<{ revision: string; code: string | null; at: number | null }[]>(
      `SELECT revision, code, extract(epoch FROM last_heartbeat_at)::float8 AS at
       FROM registry_revision LEFT JOIN province ON last_heartbeat_at IS NOT NULL`,
    );
    return {
      revision: Number(rows[0]?.revision),
      heartbeats: rows.flatMap(({ code, at }) => (code === null || at === null ? [] : [{ code, at }])),
    };
  }

  /** Everything, as of one moment. */
  async readAll(): Promise<StoredRegistry> {
    return this.#database.transaction('REPEATABLE READ', async (snapshot) => {
      const [revision] = await snapshot.query<{ revision: string }[]>('SELECT revision FROM registry_revision');
      const provinces = await snapshot.query<(Omit<StoredProvince, 'lastHeartbeatAt' | 'codePrefixes'> & { at: number | null; prefixes: readonly string[] | null })[]>(
        `SELECT code, standing, registered_at IS NOT NULL AS registered, extract(epoch FROM last_heartbeat_at)::float8 AS at, code_prefixes AS prefixes
         FROM province LEFT JOIN member ON member.province = code ORDER BY code`,
      );
      const keys = await snapshot.query<(Omit<StoredKey, 'retiredAt' | 'revokedFrom'> & { retiredAt: number | null; revokedFrom: number | null })[]>(
        `SELECT kid, province, use, jwk, floor(extract(epoch FROM retired_at))::float8 AS "retiredAt",
           (SELECT extract(epoch FROM min(revoked_from))::float8 FROM key_revocation revocation WHERE revocation.kid = province_key.kid) AS "revokedFrom"
         FROM province_key ORDER BY retired_at DESC NULLS FIRST, stated_at DESC, position, kid`,
      );
      return {
        revision: Number(revision?.revision),
        provinces: provinces.map(({ at, prefixes, ...province }) => ({
          ...province,
          ...(at === null ? {} : { lastHeartbeatAt: at }),
          ...(prefixes === null ? {} : { codePrefixes: prefixes }),
        })),
        keys: keys.map(({ retiredAt, revokedFrom, ...key }) => ({ ...key, ...(retiredAt === null ? {} : { retiredAt }), ...(revokedFrom === null ? {} : { revokedFrom }) })),
        recognisers: await snapshot.query<StoredRegistry['recognisers'][number][]>(
          `SELECT province, ${RECOGNISER_COLUMNS} FROM recogniser ORDER BY province, prefix, infix`,
        ),
        rules: await snapshot.query<RegisteredRule[]>('SELECT province, rule_id AS id, version, title, cited_facts AS facts FROM assignment_rule ORDER BY province, rule_id, version'),
      };
    });
  }
}

async function readBefore(change: EntityManager, code: string, registration: Registration): Promise<RegisteredBefore> {
  const [founding] = await change.query<unknown[]>(
    `SELECT FROM member WHERE province = $1 AND origin = 'founding' AND NOT EXISTS (SELECT FROM accepted_key WHERE accepted_key.province = $1)`,
    [code],
  );
  const accepted = await change.query<{ kid: string }[]>(
    `SELECT kid FROM accepted_key JOIN unnest($2::text[], $3::text[]) AS stated (kid, use) USING (kid, use) WHERE province = $1 AND ended_at IS NULL`,
    [code, registration.keys.map(({ kid }) => kid), registration.keys.map(({ use }) => use)],
  );
  return {
    acceptedKids: accepted.map(({ kid }) => kid),
    isFirstOfFounding: founding !== undefined,
    holders: await findHolders(change, registration.keys.map(({ kid }) => kid)),
    keys: await change.query<RegisteredBefore['keys'][number][]>(
      'SELECT kid, province, use, retired_at IS NOT NULL AS "isRetired" FROM province_key WHERE kid = ANY ($1::text[])',
      [registration.keys.map(({ kid }) => kid)],
    ),
    foreignRecognisers: await change.query<Recogniser[]>(`SELECT ${RECOGNISER_COLUMNS} FROM recogniser WHERE province <> $1`, [code]),
    rules: await change.query<StatedRule[]>('SELECT rule_id AS id, version, title, cited_facts AS facts FROM assignment_rule WHERE province = $1', [code]),
  };
}
