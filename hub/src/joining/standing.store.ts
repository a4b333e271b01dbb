import type { ProvinceCode } from '@health-code/attestation';
import type { EntityManager } from 'typeorm';
import { HubError } from '../errors.js';
import type { AdmissionGrounds, OperatorAct } from './admit-province.js';
import type { CertificateStore } from './certificate.store.js';
import type { EventLogStore } from './event-log.store.js';
import type { CallingMember } from './member-governance.js';
import { nextState } from './members.js';
import type { MembershipStore } from './membership.store.js';

/** Takes members in, back and out. One transaction each. Satisfies `AdmissionKeeper`. */
export class StandingStore {
  readonly #members: MembershipStore;
  readonly #certificates: CertificateStore;
  readonly #events: EventLogStore;

  constructor(members: MembershipStore, certificates: CertificateStore, events: EventLogStore) {
    this.#members = members;
    this.#certificates = certificates;
    this.#events = events;
  }

  /** Satisfies `AdmissionKeeper`. */
  admit({ province, actor }: OperatorAct, check: (grounds: AdmissionGrounds) => Promise<void>): Promise<void> {
    return this.#members.change(async (change) => {
      nextState(await this.#requireMember(change, province), 'admit');
      await check(await groundsOf(change, province));
      await this.#members.move(change, 'admit', { province, actor, detail: 'keys accepted, badge in force' });
    });
  }

  /** Satisfies `AdmissionKeeper`. */
  resume({ province, actor }: OperatorAct): Promise<void> {
    return this.#members.change(async (change) => {
      await this.#requireMember(change, province);
      await this.#members.move(change, 'resume', { province, actor, detail: 'the suspension is over' });
    });
  }

  /** 退出: for good. Everything the province has ends with it; what it signed stays verifiable. @throws HubError MEMBERSHIP_STATE_INVALID */
  leave({ province, actor }: CallingMember): Promise<void> {
    return this.#members.change(async (change) => {
      await this.#members.move(change, 'leave', { province, actor, detail: 'at its own word' });
      await this.#certificates.revokeAll(change, province);
      await this.#closeActions(change, province, actor);
      await change.query('DELETE FROM challenge WHERE province = $1', [province]);
      await change.query('DELETE FROM nats_user WHERE province = $1', [province]);
      await change.query('DELETE FROM conformance_badge WHERE province = $1', [province]);
      await change.query('UPDATE accepted_key SET ended_at = now() WHERE province = $1 AND ended_at IS NULL', [province]);
      await change.query('UPDATE province_key SET retired_at = now() WHERE province = $1 AND retired_at IS NULL', [province]);
      await change.query('UPDATE province SET registered_at = NULL WHERE code = $1', [province]);
    });
  }

  /** Takes back a province's certificates but the one it calls with. @throws HubError MEMBERSHIP_STATE_INVALID */
  revokeOtherCertificates({ province, actor }: CallingMember, fingerprint: string): Promise<number> {
    return this.#members.change(async (change) => {
      nextState(await this.#members.stateOf(change, province), 'renew-certificate');
      return this.#certificates.revokeOthers(change, province, fingerprint, actor);
    });
  }

  /** @throws HubError MEMBERSHIP_STATE_INVALID, CHECKPOINT_NOT_FOUND */
  revokeCheckpoint({ province, actor }: CallingMember, id: string): Promise<void> {
    return this.#members.change(async (change) => {
      nextState(await this.#members.stateOf(change, province), 'revoke-checkpoint');
      await this.#certificates.revokeCheckpoint(change, province, id, actor);
    });
  }

  /** Keys that it asked for, or that somebody asked for in its name, would otherwise be accepted of whoever applies in its place. */
  async #closeActions(change: EntityManager, province: ProvinceCode, actor: string): Promise<void> {
    const [closed] = await change.query<[{ id: string; kind: string }[], number]>(
      `UPDATE operator_action SET state = 'rejected', decided_at = now() WHERE province = $1 AND state = 'open' RETURNING id, kind`,
      [province],
    );
    for (const { id, kind } of closed) await this.#events.append(change, { province, name: 'action.rejected', actor, detail: `${kind} ${id}: the province left` });
  }

  async #requireMember(change: EntityManager, province: ProvinceCode) {
    const state = await this.#members.stateOf(change, province);
    if (state === 'none') throw new HubError('PROVINCE_NOT_FOUND', 'the province never applied');
    return state;
  }
}

async function groundsOf(change: EntityManager, province: ProvinceCode): Promise<AdmissionGrounds> {
  const [row] = await change.query<{ badge: string | null; adapterVersion: string | null; uses: number }[]>(
    `SELECT (SELECT token FROM conformance_badge WHERE province = $1 ORDER BY expires_at DESC, id DESC LIMIT 1) AS badge,
            (SELECT adapter_version FROM province WHERE code = $1 AND registered_at IS NOT NULL) AS "adapterVersion",
            (SELECT count(DISTINCT use)::int FROM accepted_key
             WHERE province = $1 AND ended_at IS NULL AND coalesce((jwk->>'exp')::float8 > extract(epoch FROM now()), true)) AS uses`,
    [province],
  );
  return {
    hasKeys: row?.uses === 2,
    ...(row === undefined || row.badge === null ? {} : { badge: row.badge }),
    ...(row === undefined || row.adapterVersion === null ? {} : { adapterVersion: row.adapterVersion }),
  };
}
