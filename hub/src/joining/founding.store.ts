import { getProvince } from '@health-code/attestation';
import type { DataSource, EntityManager } from 'typeorm';
import type { AdmittedProvince } from '../registry/admission.js';
import type { EventLogStore } from './event-log.store.js';

/** Days from its first start in which a founding member earns a badge. */
const BADGE_DUE_DAYS = 30;

interface MemberRow {
  readonly province: string;
  readonly origin: 'founding' | 'joined';
  readonly state: string;
  readonly fileStanding: 'admitted' | 'suspended' | null;
}

/** The members of the first days: those a file admits, before there was anything to apply to. */
export class FoundingStore {
  readonly #database: DataSource;
  readonly #events: EventLogStore;

  constructor(database: DataSource, events: EventLogStore) {
    this.#database = database;
    this.#events = events;
  }

  /**
   * Takes in founding members as the file lists them; who is no longer on it is suspended, and keeps its keys. What the file
   * says counts when it changes, so that no restart undoes what operators decided since. Members that joined by applying,
   * and those who left, are not touched; a file that lists nobody says nothing.
   */
  async apply(admitted: readonly AdmittedProvince[]): Promise<void> {
    if (admitted.length === 0) return;
    await this.#database.transaction(async (change) => {
      await change.query('UPDATE registry_revision SET revision = revision + 1');
      const rows = await change.query<MemberRow[]>('SELECT province, origin, state, file_standing AS "fileStanding" FROM member FOR UPDATE');
      const known = new Map(rows.map((row) => [row.province, row]));
      for (const province of admitted) await this.#takeIn(change, province, known.get(province.code));
      const listed = new Set<string>(admitted.map(({ code }) => code));
      for (const { province, origin, state, fileStanding } of rows) {
        if (origin !== 'founding' || fileStanding === null || listed.has(province)) continue;
        await change.query('UPDATE member SET file_standing = NULL WHERE province = $1', [province]);
        if (state === 'admitted') await this.#setStanding(change, province, 'suspended', 'no longer on the list of founding members');
      }
    });
  }

  async #takeIn(change: EntityManager, { code, standing, codePrefixes }: AdmittedProvince, known: MemberRow | undefined): Promise<void> {
    if (known?.origin === 'joined' || known?.state === 'left') return;
    if (known === undefined) {
      await change.query(
        `INSERT INTO member (province, state, state_since, origin, badge_due_at, file_standing)
         VALUES ($1, $2, now(), 'founding', now() + make_interval(days => $3), $2)`,
        [code, standing, BADGE_DUE_DAYS],
      );
      await this.#setStanding(change, code, standing, 'on the list of founding members');
    } else if (known.fileStanding !== standing) {
      await change.query('UPDATE member SET file_standing = $2 WHERE province = $1', [code, standing]);
      if (known.state !== standing) await this.#setStanding(change, code, standing, 'the list of founding members says so');
    }
    await change.query('UPDATE member SET code_prefixes = $2 WHERE province = $1', [code, codePrefixes ?? null]);
    // Recognisers of beginnings that the operator has since kept from a province go at once.
    await change.query(
      `DELETE FROM recogniser
       WHERE province = $1 AND $2::text[] IS NOT NULL AND NOT EXISTS (SELECT FROM unnest($2::text[]) AS allowed (beginning) WHERE starts_with(prefix, beginning))`,
      [code, codePrefixes ?? null],
    );
  }

  async #setStanding(change: EntityManager, province: string, standing: 'admitted' | 'suspended', detail: string): Promise<void> {
    await change.query(`UPDATE member SET state_since = CASE WHEN state = $2 THEN state_since ELSE now() END, state = $2 WHERE province = $1`, [province, standing]);
    await change.query(
      'INSERT INTO province (code, slug, standing) VALUES ($1, $2, $3) ON CONFLICT (code) DO UPDATE SET standing = excluded.standing',
      [province, getProvince(province as AdmittedProvince['code']).slug, standing],
    );
    await this.#events.append(change, { province, actor: 'founding', detail, name: standing === 'admitted' ? 'province.admitted' : 'province.suspended' });
  }
}
