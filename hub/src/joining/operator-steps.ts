import { admitProvince, type AdmissionKeeper, type AdmitParts } from './admit-province.js';
import { inviteProvince, type InvitationKeeper, type ProvinceInvitation, type ShownToken } from './invite-province.js';
import { resumeProvince } from './resume-province.js';

/** What {@link OperatorSteps} needs. */
export interface OperatorStepsParts extends Omit<AdmitParts, 'keeper'> {
  readonly invitations: Pick<InvitationKeeper, 'inviteProvince'>;
  readonly keeper: AdmissionKeeper;
  /** Brings what this process has in memory up to date with what was committed. */
  readonly refresh: () => Promise<void>;
}

/** The steps of joining that one operator takes, for the service `Operator`. */
export class OperatorSteps {
  readonly #parts: OperatorStepsParts;

  constructor(parts: OperatorStepsParts) {
    this.#parts = parts;
  }

  /** @throws HubError REQUEST_INVALID, PROVINCE_ALREADY_MEMBER */
  invite(invitation: ProvinceInvitation): Promise<ShownToken> {
    return inviteProvince(invitation, this.#parts.now(), this.#parts.invitations);
  }

  /** @throws what {@link admitProvince} throws */
  async admit(province: string, actor: string): Promise<void> {
    await admitProvince(province, actor, this.#parts);
    await this.#parts.refresh();
  }

  /** @throws HubError REQUEST_INVALID, PROVINCE_NOT_FOUND, MEMBERSHIP_STATE_INVALID */
  async resume(province: string, actor: string): Promise<void> {
    await resumeProvince(province, actor, this.#parts.keeper);
    await this.#parts.refresh();
  }
}
