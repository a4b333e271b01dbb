import type { ProvinceCode } from '@health-code/attestation';
import type { DataSource } from 'typeorm';
import { HubError } from '../errors.js';
import type { EventLogStore } from '../joining/event-log.store.js';
import type { MembershipStore } from '../joining/membership.store.js';
import type { KeyRevocation, RevocationRequest } from './key-revocation.js';

/** An attestation that was signed with a key. */
export interface KeyEntry {
  /** Position in the ledger. */
  readonly index: number;
  readonly issuer: string;
  readonly sequence: number;
  /** When the hub appended it, milliseconds since the epoch. */
  readonly appendedAt: number;
}

/** Taken first by every change, so that ids become visible in their order and a reader that goes on from one misses none. */
const NEXT_REVISION = 'UPDATE registry_revision SET revision = revision + 1';

/** PostgreSQL takes microseconds; whole milliseconds compare as they were stated. */
const MOMENT = (parameter: string): string => `to_timestamp(${parameter}::float8 / 1000)`;

/** Keeps revocations of signing keys, and finds in the ledger what stood on them. */
export class KeyRevocationStore {
  readonly #database: DataSource;
  readonly #events: Pick<EventLogStore, 'append'>;
  readonly #members: Pick<MembershipStore, 'endKey'>;

  constructor(database: DataSource, events: Pick<EventLogStore, 'append'>, members: Pick<MembershipStore, 'endKey'>) {
    this.#database = database;
    this.#events = events;
    this.#members = members;
  }

  /**
   * Revokes a signing key of `province`; the key ends with it. Revoked once more, from an earlier moment, it reaches further
   * back; from a later one nothing changes: no revocation is taken back.
   *
   * @returns how many attestations of the ledger stood on it since then
   * @throws HubError KEY_NOT_FOUND for a key that is not the province's; REQUEST_INVALID for an encryption key
   */
  revoke(province: ProvinceCode, { kid, revokedFrom }: RevocationRequest, actor: string): Promise<number> {
    return this.#database.transaction(async (change) => {
      await change.query(NEXT_REVISION);
      const [key] = await change.query<{ use: 'sig' | 'enc' }[]>(
        `SELECT use FROM province_key WHERE kid = $1 AND province = $2 UNION SELECT use FROM accepted_key WHERE kid = $1 AND province = $2`,
        [kid, province],
      );
      if (key === undefined) throw new HubError('KEY_NOT_FOUND', 'the province has no such key');
      if (key.use !== 'sig') {
        throw new HubError('REQUEST_INVALID', 'nothing stands on an encryption key', { fieldViolations: [{ field: 'kid', description: 'is an encryption key: submit another one, and register without this one' }] });
      }
      const [before] = await change.query<{ affected: number }[]>(
        `SELECT affected::float8 AS affected FROM key_revocation WHERE kid = $1 AND revoked_from <= ${MOMENT('$2')} ORDER BY revoked_from LIMIT 1`,
        [kid, revokedFrom],
      );
      if (before !== undefined) return before.affected;
      const [counted] = await change.query<{ affected: number }[]>(
        `SELECT count(*)::float8 AS affected FROM ledger_entry WHERE kid = $1 AND appended_at >= ${MOMENT('$2')}`,
        [kid, revokedFrom],
      );
      const affected = counted?.affected ?? 0;
      await change.query(
        `INSERT INTO key_revocation (kid, issuer, revoked_from, revoked_at, revoked_by, affected) VALUES ($1, $2, ${MOMENT('$3')}, now(), $4, $5)`,
        [kid, province, revokedFrom, actor, affected],
      );
      await change.query('UPDATE province_key SET retired_at = now() WHERE kid = $1 AND retired_at IS NULL', [kid]);
      await this.#members.endKey(change, kid);
      const detail = `${kid} from ${new Date(revokedFrom).toISOString()}; attestations that stood on it: ${String(affected)}`;
      await this.#events.append(change, { province, name: 'key.revoked', actor, detail });
      return affected;
    });
  }

  /** Every revocation, in the order of their ids. */
  list(): Promise<readonly KeyRevocation[]> {
    return this.#database.query<KeyRevocation[]>(
      'SELECT id::float8 AS id, issuer, kid, extract(epoch FROM revoked_from)::float8 * 1000 AS "revokedFrom" FROM key_revocation ORDER BY id',
    );
  }

  /** Changes with whatever verdicts follow: the registry's, for all of it changes together. */
  async revision(): Promise<number> {
    const [row] = await this.#database.query<{ revision: string }[]>('SELECT revision FROM registry_revision');
    return Number(row?.revision);
  }

  /**
   * The ledger's entries of a key that were appended at or after `from` (milliseconds since the epoch), in the order of the
   * ledger, `pageSize` at a time. What is appended meanwhile is among them.
   */
  async *entries(kid: string, from: number, pageSize: number): AsyncGenerator<readonly KeyEntry[]> {
    // Found by time once: rows lie in its order, so that from there on the pages follow the index.
    const [first] = await this.#database.query<{ index: string | null }[]>(
      `SELECT min(index) AS index FROM (SELECT index FROM ledger_entry WHERE appended_at >= ${MOMENT('$1')} OFFSET 0) since`,
      [from],
    );
    let next = first?.index ?? null;
    while (next !== null) {
      const page: readonly KeyEntry[] = await this.#database.query<KeyEntry[]>(
        `SELECT index::float8 AS index, issuer, sequence::float8 AS sequence, extract(epoch FROM appended_at)::float8 * 1000 AS "appendedAt"
         FROM ledger_entry WHERE index >= $1 AND kid = $2 AND appended_at >= ${MOMENT('$3')} ORDER BY index LIMIT $4`,
        [next, kid, from, pageSize],
      );
      if (page.length > 0) yield page;
      const last = page.at(-1);
      next = last === undefined || page.length < pageSize ? null : String(last.index + 1);
    }
  }

  /** Counts that a revocation was sent whole to one more checkpoint: a number, and nothing of whom. */
  async countDelivery(id: number): Promise<void> {
    await this.#database.query(
      'INSERT INTO revocation_delivery (revocation, deliveries) VALUES ($1, 1) ON CONFLICT (revocation) DO UPDATE SET deliveries = revocation_delivery.deliveries + 1',
      [id],
    );
  }
}
