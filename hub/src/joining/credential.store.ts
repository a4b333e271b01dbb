import type { ConformanceBadge, ProvinceCode } from '@health-code/attestation';
import type { DataSource } from 'typeorm';
import { HubError } from '../errors.js';
import { requireRoom } from './bounded.store.js';
import type { CertificateStore } from './certificate.store.js';
import type { CheckedKey } from './check-key.js';
import type { EventLogStore } from './event-log.store.js';
import type { CallingMember } from './member-governance.js';
import { nextState, type Standpoint } from './members.js';
import type { MembershipStore } from './membership.store.js';
import type { Renewal } from './renew-certificate.js';

/** Of one province at a time: whoever renews without end cannot fill the database. */
export const MAX_IN_FORCE = { certificates: 16, natsUsers: 32, badges: 8 } as const;

/** A user JWT that was minted. `expiresAt` in seconds since the epoch. */
export interface MintedNatsUser {
  readonly publicKey: string;
  readonly jwt: string;
  readonly expiresAt: number;
}

/** Keeps what members are given: accepted keys, badges, certificates and NATS users. One transaction each. */
export class CredentialStore {
  readonly #database: DataSource;
  readonly #members: MembershipStore;
  readonly #certificates: CertificateStore;
  readonly #events: EventLogStore;

  constructor(database: DataSource, members: MembershipStore, certificates: CertificateStore, events: EventLogStore) {
    this.#database = database;
    this.#members = members;
    this.#certificates = certificates;
    this.#events = events;
  }

  /** Where the province stands. */
  findState(province: ProvinceCode): Promise<Standpoint> {
    return this.#database.transaction((change) => this.#members.stateOf(change, province));
  }

  /** Public JWKs that were accepted and are neither revoked nor given up. */
  async listAcceptedJwks(province: ProvinceCode): Promise<readonly object[]> {
    const rows = await this.#database.query<{ jwk: object }[]>('SELECT jwk FROM accepted_key WHERE province = $1 AND ended_at IS NULL ORDER BY accepted_at DESC, kid', [province]);
    return rows.map(({ jwk }) => jwk);
  }

  /** Satisfies `KeyAcceptance`. */
  acceptFirst(member: CallingMember, keys: readonly CheckedKey[]): Promise<void> {
    return this.#members.change(async (change) => {
      const state = await this.#members.stateOf(change, member.province);
      // Of two first submissions at once one wins: the other needs a voucher now.
      if (state !== 'applied') throw new HubError('MEMBERSHIP_STATE_INVALID', `keys were accepted meanwhile: the state is ${state}, not applied`);
      await this.#members.acceptKeys(change, { ...member, keys, acceptedBy: 'first submission', detail: 'every check of every key passed' });
    });
  }

  /** Satisfies `KeyAcceptance`. */
  acceptVouched(member: CallingMember, keys: readonly CheckedKey[], acceptedBy: string): Promise<void> {
    return this.#members.change(async (change) => {
      const inUse = await change.query<unknown[]>('SELECT FROM accepted_key WHERE kid = $1 AND ended_at IS NULL', [acceptedBy]);
      if (inUse.length === 0) throw new HubError('KEY_VOUCHER_INVALID', 'the key that vouched was revoked meanwhile');
      await this.#members.acceptKeys(change, { ...member, keys, acceptedBy, detail: 'a key in use vouched for them' });
    });
  }

  /** Satisfies `BadgeKeeper`. */
  saveBadge(member: CallingMember, token: string, badge: ConformanceBadge): Promise<void> {
    return this.#members.change(async (change) => {
      const { province, actor } = member;
      const detail = `adapter ${badge.adapterVersion}, suite ${badge.suiteVersion}`;
      await this.#members.move(change, 'pass-conformance', { ...member, detail });
      await change.query(
        `INSERT INTO conformance_badge (province, token, adapter_version, protocol_version, suite_version, report_sha256, issued_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7), to_timestamp($8))`,
        [province, token, badge.adapterVersion, badge.protocolVersion, badge.suiteVersion, badge.reportDigest, badge.iat, badge.exp],
      );
      await change.query('DELETE FROM conformance_badge WHERE province = $1 AND id NOT IN (SELECT id FROM conformance_badge WHERE province = $1 ORDER BY id DESC LIMIT $2)', [
        province,
        MAX_IN_FORCE.badges,
      ]);
      await this.#events.append(change, { province, actor, name: 'badge.issued', detail });
    });
  }

  /**
   * Notes another certificate of the province; the ones before stay good.
   * @throws HubError MEMBERSHIP_STATE_INVALID, RATE_LIMIT_EXCEEDED, CERTIFICATE_REQUEST_REFUSED where the key was taken meanwhile
   */
  saveRenewal(member: CallingMember, issue: () => Promise<Renewal>): Promise<Renewal> {
    return this.#members.change(async (change) => {
      nextState(await this.#members.stateOf(change, member.province), 'renew-certificate');
      await requireRoom(change, `FROM member_certificate WHERE province = $1 AND role = 'province' AND revoked_at IS NULL AND expires_at > now()`, member.province, {
        max: MAX_IN_FORCE.certificates,
        what: 'certificates are in force',
      });
      const renewal = await issue();
      if (await this.#certificates.isKeyTaken(change, renewal.thumbprint)) throw new HubError('CERTIFICATE_REQUEST_REFUSED', 'this key was taken meanwhile; make a new one');
      await this.#certificates.record(change, renewal);
      return renewal;
    });
  }

  /**
   * Notes a NATS user, for a public key that is nobody else's. One that is renewed needs no room: whoever fills it with other keys
   * does not keep the adapter from going on.
   * @throws HubError MEMBERSHIP_STATE_INVALID, RATE_LIMIT_EXCEEDED, KEY_NOT_ACCEPTED for a key of another province's user
   */
  saveNatsUser(member: CallingMember, publicKey: string, mint: () => Promise<MintedNatsUser>, now: number): Promise<MintedNatsUser> {
    return this.#members.change(async (change) => {
      const { province, actor } = member;
      nextState(await this.#members.stateOf(change, province), 'issue-nats-user');
      await change.query('DELETE FROM nats_user WHERE province = $1 AND expires_at <= to_timestamp($2)', [province, now]);
      const holders = await change.query<{ province: string }[]>('SELECT province FROM nats_user WHERE public_key = $1 AND expires_at > to_timestamp($2)', [publicKey, now]);
      if (holders.some((holder) => holder.province !== province)) throw new HubError('KEY_NOT_ACCEPTED', 'another province has a NATS user with this key; make a new one');
      if (holders.length === 0) await requireRoom(change, 'FROM nats_user WHERE province = $1', province, { max: MAX_IN_FORCE.natsUsers, what: 'NATS users are in force' });
      const user = await mint();
      await change.query(
        `INSERT INTO nats_user (public_key, province, issued_at, expires_at) VALUES ($1, $2, to_timestamp($3), to_timestamp($4))
         ON CONFLICT (province, public_key) DO UPDATE SET issued_at = excluded.issued_at, expires_at = excluded.expires_at`,
        [user.publicKey, province, now, user.expiresAt],
      );
      await this.#events.append(change, { province, actor, name: 'nats-user.issued', detail: user.publicKey });
      return user;
    });
  }
}
