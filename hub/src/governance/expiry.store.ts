import type { DataSource } from 'typeorm';
import type { EventLogStore } from '../joining/event-log.store.js';
import type { DueNotice, Expiry } from './expiry-calendar.js';

/** Most checkpoints' certificates that are listed of one province, soonest first. */
export const CHECKPOINT_EXPIRIES = 1000;

const at = (column: string): string => `floor(extract(epoch FROM ${column}))::float8`;

/**
 * Of each thing the one that counts: keys in use or accepted for use; of certificates, NATS users and badges the one that ends last,
 * because former ones are meant to end; `due` is the first badge of a founding member; regional rules that are approved. Assignment
 * rules bear no date of their own, and of a certificate that another authority issued the hub knows nothing.
 */
const EXPIRIES = `
  SELECT key.province, CASE key.use WHEN 'sig' THEN 'signing-key' ELSE 'encryption-key' END AS kind, key.kid AS id, (key.jwk ->> 'exp')::float8 AS "expiresAt"
    FROM accepted_key key LEFT JOIN province_key registered USING (kid)
    WHERE key.ended_at IS NULL AND registered.retired_at IS NULL AND key.jwk ? 'exp'
  UNION ALL
  (SELECT DISTINCT ON (province) province, 'certificate', serial, ${at('expires_at')} FROM member_certificate
    WHERE role = 'province' AND revoked_at IS NULL ORDER BY province, expires_at DESC)
  UNION ALL
  (SELECT DISTINCT ON (province) province, 'nats-user', public_key, ${at('expires_at')} FROM nats_user ORDER BY province, expires_at DESC)
  UNION ALL
  (SELECT DISTINCT ON (province) province, 'badge', id::text, ${at('expires_at')} FROM conformance_badge ORDER BY province, expires_at DESC)
  UNION ALL
  SELECT province, 'badge', 'due', ${at('badge_due_at')} FROM member
    WHERE badge_due_at IS NOT NULL AND NOT EXISTS (SELECT FROM conformance_badge badge WHERE badge.province = member.province)
  UNION ALL
  SELECT receiver, 'agreement', id, ${at('effective_until')} FROM
    (SELECT DISTINCT ON (id) id, receiver, state, effective_until FROM recognition_policy ORDER BY id, version DESC) standing
    WHERE state = 'approved' AND effective_until > now()`;

/** Reads what ends, and keeps what was told of it. */
export class ExpiryStore {
  readonly #database: DataSource;
  readonly #events: Pick<EventLogStore, 'append'>;

  constructor(database: DataSource, events: Pick<EventLogStore, 'append'>) {
    this.#database = database;
    this.#events = events;
  }

  /** What ends of members that have not left; of checkpoints nothing: they are their provinces' concern, and many. */
  list(): Promise<readonly Expiry[]> {
    return this.#database.query<Expiry[]>(
      `SELECT ending.* FROM (${EXPIRIES}) ending JOIN member USING (province) WHERE member.state <> 'left' ORDER BY "expiresAt", province, id`,
    );
  }

  /** What ends of one province, its checkpoints' certificates among it. */
  listOf(province: string): Promise<readonly Expiry[]> {
    return this.#database.query<Expiry[]>(
      `SELECT * FROM (SELECT * FROM (${EXPIRIES}) ending WHERE province = $1
        UNION ALL (SELECT $1, 'checkpoint-certificate', id, ${at('expires_at')} FROM checkpoint_device
          WHERE province = $1 AND revoked_at IS NULL AND expires_at > now() ORDER BY expires_at LIMIT ${String(CHECKPOINT_EXPIRIES)})) own
       ORDER BY "expiresAt", id`,
      [province],
    );
  }

  /**
   * Writes notices down, each with its event, those that were written before left out: by this process, before a restart, or by
   * another replica at the same time.
   * @returns those that are new
   */
  record(notices: readonly DueNotice[]): Promise<readonly DueNotice[]> {
    if (notices.length === 0) return Promise.resolve([]);
    return this.#database.transaction(async (change) => {
      const fresh: DueNotice[] = [];
      for (const notice of notices) {
        const { province, kind, id, expiresAt, days } = notice;
        const rows = await change.query<unknown[]>(
          `INSERT INTO expiry_notice (province, kind, id, expires_at, days, noticed_at) VALUES ($1, $2, $3, to_timestamp($4), $5, now())
           ON CONFLICT DO NOTHING RETURNING id`,
          [province, kind, id, expiresAt, days],
        );
        if (rows.length > 0) fresh.push(notice);
      }
      for (const { province, kind, id, expiresAt, days } of fresh) {
        const detail = `${kind} ${id} ends within ${String(days)} ${days === 1 ? 'day' : 'days'}: ${new Date(expiresAt * 1000).toISOString()}`;
        await this.#events.append(change, { province, name: 'expiry.due', actor: 'hub', detail });
      }
      await change.query(`DELETE FROM expiry_notice WHERE expires_at < now() - interval '400 days'`);
      return fresh;
    });
  }
}
