import type { ProvinceCode } from '@health-code/attestation';
import type { DataSource, EntityManager } from 'typeorm';
import { HubError } from '../errors.js';
import type { Enrolment } from './apply.js';
import { requireRoom } from './bounded.store.js';
import type { CertificateStore } from './certificate.store.js';
import type { EventLogStore } from './event-log.store.js';
import { requireRedeemable, type Invitation } from './invitation.js';
import { findNextState, nextState } from './members.js';
import type { MembershipStore } from './membership.store.js';
import { INVITATION_SECONDS } from './one-time-token.js';

/** Codes for checkpoints of one province that may be open at a time. */
export const OPEN_CHECKPOINT_CODES = 1000;

interface InvitationRow {
  readonly province: ProvinceCode;
  readonly role: 'province' | 'checkpoint';
  readonly codePrefixes: readonly string[] | null;
  readonly expiresAt: number;
  readonly isUsed: boolean;
}

const COLUMNS = `province, role, code_prefixes AS "codePrefixes", floor(extract(epoch FROM expires_at))::float8 AS "expiresAt", used_at IS NOT NULL AS "isUsed"`;

const toInvitation = ({ codePrefixes, ...row }: InvitationRow): Invitation => (codePrefixes === null ? row : { ...row, codePrefixes });

/** A new invitation. Times in seconds since the epoch. */
export interface NewInvitation {
  readonly digest: Buffer;
  readonly province: ProvinceCode;
  readonly actor: string;
  readonly now: number;
}

/** Keeps invitations until they are redeemed. Satisfies `EnrolmentStore`. */
export class InvitationStore {
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

  /**
   * Invites a province. What it was invited with before is void.
   * @throws HubError PROVINCE_ALREADY_MEMBER
   */
  inviteProvince({ codePrefixes, ...invitation }: NewInvitation & { readonly codePrefixes?: readonly string[] }): Promise<void> {
    return this.#members.change(async (change) => {
      await this.#requireOpenToApply(change, invitation.province);
      await change.query(`UPDATE invitation SET expires_at = to_timestamp($2) WHERE province = $1 AND role = 'province' AND used_at IS NULL AND expires_at > to_timestamp($2)`, [
        invitation.province,
        invitation.now,
      ]);
      await this.#insert(change, invitation, 'province', codePrefixes);
      const prefixes = codePrefixes === undefined ? '' : ` with codes that begin with ${codePrefixes.join(' or ')}`;
      await this.#events.append(change, { province: invitation.province, actor: invitation.actor, name: 'province.invited', detail: `to apply within 7 days${prefixes}` });
    });
  }

  /** Invites a checkpoint of a member. @throws HubError MEMBERSHIP_STATE_INVALID, RATE_LIMIT_EXCEEDED */
  inviteCheckpoint(invitation: NewInvitation): Promise<void> {
    return this.#members.change(async (change) => {
      const { province, actor } = invitation;
      nextState(await this.#members.stateOf(change, province), 'invite-checkpoint');
      await requireRoom(change, `FROM invitation WHERE province = $1 AND role = 'checkpoint' AND used_at IS NULL AND expires_at > now()`, province, {
        max: OPEN_CHECKPOINT_CODES,
        what: 'codes for checkpoints are open',
      });
      await this.#insert(change, invitation, 'checkpoint');
      await this.#events.append(change, { province, actor, name: 'checkpoint.invited', detail: 'to enrol within 7 days' });
    });
  }

  /** The invitation of a token's digest. */
  async findInvitation(digest: Buffer): Promise<Invitation | undefined> {
    const [row] = await this.#database.query<InvitationRow[]>(`SELECT ${COLUMNS} FROM invitation WHERE token_sha256 = $1`, [digest]);
    return row === undefined ? undefined : toInvitation(row);
  }

  /** Satisfies `EnrolmentStore`. */
  redeem(digest: Buffer, now: number, enrol: (invitation: Invitation) => Promise<Enrolment>): Promise<Enrolment> {
    return this.#members.change(async (change) => {
      const [row] = await change.query<InvitationRow[]>(`SELECT ${COLUMNS} FROM invitation WHERE token_sha256 = $1 FOR UPDATE`, [digest]);
      const invitation = requireRedeemable(row === undefined ? undefined : toInvitation(row), now);
      const enrolment = await enrol(invitation);
      const { identity, certificate, thumbprint } = enrolment;
      if (await this.#certificates.isKeyTaken(change, thumbprint)) throw new HubError('CERTIFICATE_REQUEST_REFUSED', 'this key was taken meanwhile; make a new one');
      if (invitation.role === 'province') await this.#enrolProvince(change, invitation, enrolment);
      else await this.#enrolCheckpoint(change, invitation, enrolment);
      await change.query('UPDATE invitation SET used_at = to_timestamp($2) WHERE token_sha256 = $1', [digest, now]);
      await this.#certificates.record(change, { identity, certificate, thumbprint, actor: certificate.identity });
      return enrolment;
    });
  }

  async #insert(change: EntityManager, { digest, province, actor, now }: NewInvitation, role: Invitation['role'], codePrefixes?: readonly string[]): Promise<void> {
    await change.query(
      `INSERT INTO invitation (token_sha256, province, role, code_prefixes, invited_by, invited_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, to_timestamp($6), to_timestamp($7))`,
      [digest, province, role, codePrefixes ?? null, actor, now, now + INVITATION_SECONDS],
    );
  }

  /** Whoever is a member applies again only when nothing is left to call with: its certificates have ended. */
  async #requireOpenToApply(change: EntityManager, province: ProvinceCode): Promise<void> {
    const state = await this.#members.stateOf(change, province);
    if (findNextState(state, 'invite') !== undefined) return;
    const [member] = await change.query<{ origin: string }[]>('SELECT origin FROM member WHERE province = $1', [province]);
    if (member?.origin === 'joined' && !(await this.#certificates.hasInForce(change, province))) return;
    throw new HubError('PROVINCE_ALREADY_MEMBER', `the province is ${state} already`);
  }

  async #enrolProvince(change: EntityManager, { province, codePrefixes }: Invitation, { organisation, certificate }: Enrolment): Promise<void> {
    await this.#requireOpenToApply(change, province);
    const state = await this.#members.stateOf(change, province);
    if (findNextState(state, 'apply') === undefined) return;
    if (state === 'applied') await this.#certificates.revokeAll(change, province);
    await change.query(
      `INSERT INTO member (province, state, state_since, origin, organisation, code_prefixes) VALUES ($1, 'applied', now(), 'joined', $2, $3)
       ON CONFLICT (province) DO UPDATE SET state = 'applied', state_since = now(), origin = 'joined', organisation = excluded.organisation,
         code_prefixes = excluded.code_prefixes, badge_due_at = NULL, file_standing = NULL, is_returned = member.is_returned OR member.state = 'left'`,
      [province, organisation, codePrefixes ?? null],
    );
    await this.#events.append(change, { province, actor: certificate.identity, name: 'province.applied', detail: `for the organisation ${organisation}` });
  }

  async #enrolCheckpoint(change: EntityManager, { province }: Invitation, { identity, certificate }: Enrolment): Promise<void> {
    nextState(await this.#members.stateOf(change, province), 'enrol-checkpoint');
    if (identity.role !== 'checkpoint') throw new HubError('INTERNAL', 'a checkpoint is enrolled under another role');
    await change.query('INSERT INTO checkpoint_device (id, province, enrolled_at, expires_at) VALUES ($1, $2, to_timestamp($3), to_timestamp($4))', [
      identity.name,
      province,
      certificate.issuedAt,
      certificate.expiresAt,
    ]);
    await this.#events.append(change, { province, actor: certificate.identity, name: 'checkpoint.enrolled', detail: identity.name });
  }
}
