import { getProvince } from '@health-code/attestation';
import type { DataSource, EntityManager } from 'typeorm';
import type { AdmittedProvince } from './admission.js';
import type { RegisteredBefore } from './register-province.js';
import type { Registration, StatedRule } from './registration.js';
import type { Recogniser, RegisteredRule } from './registry.js';
import type { RegistryPulse, StoredKey, StoredProvince, StoredRegistry } from './stored-registry.js';

const RECOGNISER_COLUMNS = 'prefix, infix, min_length AS "minLength", max_length AS "maxLength"';

/** Taken first by every change: changes of the registry follow one another, so each sees what the last one left. */
const NEXT_REVISION = 'UPDATE registry_revision SET revision = revision + 1';

/** Keeps provinces, keys, recognisers and rules. */
export class RegistryStore {
  readonly #database: DataSource;

  constructor(database: DataSource) {
    this.#database = database;
  }

  /**
   * Makes the operator's list the standing of every province; who is no longer on it is suspended, and keeps its keys.
   * Recognisers of beginnings that the operator has since kept from a province go at once.
   */
  async applyAdmission(admitted: readonly AdmittedProvince[]): Promise<void> {
    await this.#database.transaction(async (change) => {
      await change.query(NEXT_REVISION);
      await change.query(
        `INSERT INTO province (code, slug, standing)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
         ON CONFLICT (code) DO UPDATE SET standing = excluded.standing`,
        [
          admitted.map(({ code }) => code),
          admitted.map(({ code }) => getProvince(code).slug),
          admitted.map(({ standing }) => standing),
        ],
      );
      await change.query(`UPDATE province SET standing = 'suspended' WHERE code <> ALL ($1::text[])`, [admitted.map(({ code }) => code)]);
      for (const { code, codePrefixes } of admitted) {
        if (codePrefixes === undefined) continue;
        await change.query(
          `DELETE FROM recogniser
           WHERE province = $1 AND NOT EXISTS (SELECT FROM unnest($2::text[]) AS allowed (beginning) WHERE starts_with(prefix, beginning))`,
          [code, codePrefixes],
        );
      }
    });
  }

  /** Satisfies RegistrationStore. */
  async saveRegistration(
    { code }: AdmittedProvince,
    registration: Registration,
    at: number,
    check: (before: RegisteredBefore) => void,
  ): Promise<void> {
    await this.#database.transaction(async (change) => {
      await change.query(NEXT_REVISION);
      check(await readBefore(change, code, registration));
      await change.query(
        'UPDATE province SET mode = $2, adapter_version = $3, registered_at = to_timestamp($4) WHERE code = $1',
        [code, registration.mode, registration.adapterVersion, at],
      );
      await change.query(
        `INSERT INTO province_key (kid, province, use, jwk, registered_at, stated_at)
         SELECT kid, $1, use, jwk::jsonb, to_timestamp($5), to_timestamp($5) FROM unnest($2::text[], $3::text[], $4::text[]) AS stated (kid, use, jwk)
         ON CONFLICT (kid) DO UPDATE SET stated_at = excluded.stated_at`,
        [code, registration.keys.map(({ kid }) => kid), registration.keys.map(({ use }) => use), registration.keys.map(({ jwk }) => jwk), at],
      );
      await change.query(
        'UPDATE province_key SET retired_at = to_timestamp($3) WHERE province = $1 AND retired_at IS NULL AND kid <> ALL ($2::text[])',
        [code, registration.keys.map(({ kid }) => kid), at],
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
      const provinces = await snapshot.query<(Omit<StoredProvince, 'lastHeartbeatAt'> & { at: number | null })[]>(
        `SELECT code, standing, registered_at IS NOT NULL AS registered, extract(epoch FROM last_heartbeat_at)::float8 AS at
         FROM province ORDER BY code`,
      );
      const keys = await snapshot.query<(Omit<StoredKey, 'retiredAt' | 'revokedFrom'> & { retiredAt: number | null; revokedFrom: number | null })[]>(
        `SELECT kid, province, use, jwk, floor(extract(epoch FROM retired_at))::float8 AS "retiredAt",
           (SELECT extract(epoch FROM min(revoked_from))::float8 FROM key_revocation revocation WHERE revocation.kid = province_key.kid) AS "revokedFrom"
         FROM province_key ORDER BY retired_at DESC NULLS FIRST, stated_at DESC, kid`,
      );
      return {
        revision: Number(revision?.revision),
        provinces: provinces.map(({ at, ...province }) => (at === null ? province : { ...province, lastHeartbeatAt: at })),
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
  return {
    keys: await change.query<RegisteredBefore['keys'][number][]>(
      'SELECT kid, province, use, retired_at IS NOT NULL AS "isRetired" FROM province_key WHERE kid = ANY ($1::text[])',
      [registration.keys.map(({ kid }) => kid)],
    ),
    foreignRecognisers: await change.query<Recogniser[]>(`SELECT ${RECOGNISER_COLUMNS} FROM recogniser WHERE province <> $1`, [code]),
    rules: await change.query<StatedRule[]>('SELECT rule_id AS id, version, title, cited_facts AS facts FROM assignment_rule WHERE province = $1', [code]),
  };
}
