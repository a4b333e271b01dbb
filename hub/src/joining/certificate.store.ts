import type { ProvinceCode } from '@health-code/attestation';
import type { DataSource, EntityManager } from 'typeorm';
import { HubError } from '../errors.js';
import type { KeyHolder } from './check-key.js';
import type { CheckpointDevice } from './checkpoint-device.js';
import type { EventLogStore } from './event-log.store.js';
import type { Renewal } from './renew-certificate.js';

/** Most devices that are listed. */
export const CHECKPOINT_LIST_LIMIT = 1000;

/** How the id of a device looks. */
const DEVICE_ID = /^[0-9a-f]{16}$/;

/** Everybody who has one of the keys $1: where keys are kept, and of certificates. */
const HOLDERS = `
  SELECT kid AS thumbprint, province, CASE WHEN ended_at IS NULL THEN 'accepted' ELSE 'former' END AS "as", use FROM accepted_key WHERE kid = ANY ($1::text[])
  UNION ALL
  SELECT kid, province, CASE WHEN retired_at IS NULL THEN 'registered' ELSE 'former' END, use FROM province_key WHERE kid = ANY ($1::text[])
  UNION ALL
  SELECT key_thumbprint, province, 'certificate', NULL FROM member_certificate WHERE key_thumbprint = ANY ($1::text[])`;

/** Everybody who has one of these keys, by RFC 7638 thumbprint. */
export async function findHolders(database: Pick<EntityManager, 'query'>, thumbprints: readonly string[]): Promise<ReadonlyMap<string, readonly KeyHolder[]>> {
  const rows = await database.query<(KeyHolder & { readonly thumbprint: string })[]>(HOLDERS, [thumbprints]);
  return new Map(thumbprints.map((thumbprint) => [thumbprint, rows.filter((row) => row.thumbprint === thumbprint)]));
}

/** Keeps what certificates were issued, to whom, and which were taken back; and knows who has which key. */
export class CertificateStore {
  readonly #database: DataSource;
  readonly #events: EventLogStore;

  constructor(database: DataSource, events: EventLogStore) {
    this.#database = database;
    this.#events = events;
  }

  /** Everybody who has one of these keys, by RFC 7638 thumbprint. */
  findHolders(thumbprints: readonly string[]): Promise<ReadonlyMap<string, readonly KeyHolder[]>> {
    return findHolders(this.#database.manager, thumbprints);
  }

  /** Who has this key; undefined when nobody. */
  async findKeyHolder(thumbprint: string): Promise<string | undefined> {
    return (await this.findHolders([thumbprint])).get(thumbprint)?.[0]?.province;
  }

  /** The same under the lock of a change. */
  async isKeyTaken(change: EntityManager, thumbprint: string): Promise<boolean> {
    return (await change.query<unknown[]>(HOLDERS, [[thumbprint]])).length > 0;
  }

  /** Whether the province has a certificate that has neither ended nor been taken back. */
  async hasInForce(change: EntityManager, province: ProvinceCode): Promise<boolean> {
    const rows = await change.query<unknown[]>(
      `SELECT FROM member_certificate WHERE province = $1 AND role = 'province' AND revoked_at IS NULL AND expires_at > now() LIMIT 1`,
      [province],
    );
    return rows.length > 0;
  }

  /** Notes a certificate that was issued. */
  async record(change: EntityManager, { identity, certificate, thumbprint, actor }: Renewal): Promise<void> {
    if (identity.role !== 'province' && identity.role !== 'checkpoint') throw new HubError('INTERNAL', 'the member authority issues to members alone');
    await change.query(
      `INSERT INTO member_certificate (fingerprint, province, role, device, serial, key_thumbprint, issued_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7), to_timestamp($8))`,
      [
        certificate.fingerprint,
        identity.province,
        identity.role,
        identity.role === 'checkpoint' ? identity.name : null,
        certificate.serial,
        thumbprint,
        certificate.issuedAt,
        certificate.expiresAt,
      ],
    );
    await this.#events.append(change, { province: identity.province, actor, name: 'certificate.issued', detail: `${certificate.identity}, serial number ${certificate.serial}` });
  }

  /** Newest first, at most {@link CHECKPOINT_LIST_LIMIT}. */
  listCheckpoints(province: ProvinceCode): Promise<readonly CheckpointDevice[]> {
    return this.#database.query(
      `SELECT id, floor(extract(epoch FROM enrolled_at))::float8 AS "enrolledAt", floor(extract(epoch FROM expires_at))::float8 AS "expiresAt", revoked_at IS NOT NULL AS revoked
       FROM checkpoint_device WHERE province = $1 ORDER BY enrolled_at DESC, id LIMIT $2`,
      [province, CHECKPOINT_LIST_LIMIT],
    );
  }

  /** Takes back a device's certificates; a second time changes nothing. @throws HubError CHECKPOINT_NOT_FOUND */
  async revokeCheckpoint(change: EntityManager, province: ProvinceCode, id: string, actor: string): Promise<void> {
    // The database takes no text with NUL in it.
    const [device] = !DEVICE_ID.test(id) ? [] : await change.query<{ revoked: boolean }[]>('SELECT revoked_at IS NOT NULL AS revoked FROM checkpoint_device WHERE province = $1 AND id = $2 FOR UPDATE', [province, id]);
    if (device === undefined) throw new HubError('CHECKPOINT_NOT_FOUND', 'the province has no such checkpoint');
    if (device.revoked) return;
    await change.query('UPDATE checkpoint_device SET revoked_at = now() WHERE id = $1', [id]);
    await change.query('UPDATE member_certificate SET revoked_at = now() WHERE province = $1 AND device = $2 AND revoked_at IS NULL', [province, id]);
    await this.#events.append(change, { province, actor, name: 'checkpoint.revoked', detail: id });
  }

  /** Takes back the certificates of a province itself but the one of `fingerprint`; returns how many were in force. */
  async revokeOthers(change: EntityManager, province: ProvinceCode, fingerprint: string, actor: string): Promise<number> {
    const [revoked] = await change.query<[{ serial: string }[], number]>(
      `UPDATE member_certificate SET revoked_at = now()
       WHERE province = $1 AND role = 'province' AND fingerprint <> $2 AND revoked_at IS NULL AND expires_at > now() RETURNING serial`,
      [province, fingerprint],
    );
    if (revoked.length > 0) {
      await this.#events.append(change, { province, actor, name: 'certificate.revoked', detail: `serial numbers ${revoked.map(({ serial }) => serial).join(', ')}` });
    }
    return revoked.length;
  }

  /** Takes back everything that was issued to a province and its checkpoints. */
  async revokeAll(change: EntityManager, province: ProvinceCode): Promise<void> {
    await change.query('UPDATE member_certificate SET revoked_at = now() WHERE province = $1 AND revoked_at IS NULL', [province]);
    await change.query('UPDATE checkpoint_device SET revoked_at = now() WHERE province = $1 AND revoked_at IS NULL', [province]);
    await change.query('UPDATE invitation SET expires_at = now() WHERE province = $1 AND used_at IS NULL AND expires_at > now()', [province]);
  }
}
