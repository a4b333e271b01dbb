import type { ProvinceCode } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import type { CheckedKey } from '../joining/check-key.js';
import type { CallingMember, MemberGovernance } from '../joining/member-governance.js';
import type { Expiry } from './expiry-calendar.js';
import { parseRevocation, type RevocationRequest } from './key-revocation.js';
import { toExpiry } from './member-message.js';
import { toPolicy } from './policy-message.js';
import type { Policies } from './policies.js';

/** What {@link ProvinceRequests} needs. */
export interface ProvinceRequestsParts {
  readonly policies: Policies;
  readonly proposeKeys: (province: ProvinceCode, actor: string, keys: readonly CheckedKey[]) => Promise<string>;
  readonly findKeyAction: (province: ProvinceCode) => Promise<string | undefined>;
  readonly revoke: (province: ProvinceCode, revocation: RevocationRequest, actor: string) => Promise<number>;
  readonly expiriesOf: (province: ProvinceCode) => Promise<readonly Expiry[]>;
  /** Brings what verdicts follow up to date with what was committed. */
  readonly refresh: () => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a province asks of governance through the service `Membership`. In effect, in this process, when it returns. */
export class ProvinceRequests implements MemberGovernance {
  readonly #parts: ProvinceRequestsParts;

  constructor(parts: ProvinceRequestsParts) {
    this.#parts = parts;
  }

  /** Satisfies {@link MemberGovernance}. */
  proposeKeys({ province, actor }: CallingMember, keys: readonly CheckedKey[]): Promise<string> {
    return this.#parts.proposeKeys(province, actor, keys);
  }

  /** Satisfies {@link MemberGovernance}. */
  findKeyAction(province: ProvinceCode): Promise<string | undefined> {
    return this.#parts.findKeyAction(province);
  }

  /** Satisfies {@link MemberGovernance}. */
  async revokeKey({ province, actor }: CallingMember, request: v1.RevokeKeyRequest): Promise<v1.RevokeKeyResponse.$Properties> {
    const affected = await this.#parts.revoke(province, parseRevocation(request, this.#parts.now()), actor);
    await this.#parts.refresh();
    return { affected };
  }

  /** Satisfies {@link MemberGovernance}. */
  async proposePolicy({ province, actor }: CallingMember, { policy }: v1.ProposePolicyRequest): Promise<v1.ProposePolicyResponse.$Properties> {
    return { policy: toPolicy(await this.#parts.policies.propose(policy, province, actor)) };
  }

  /** Satisfies {@link MemberGovernance}. */
  async withdrawPolicy({ province, actor }: CallingMember, { id }: v1.WithdrawPolicyRequest): Promise<v1.WithdrawPolicyResponse.$Properties> {
    return { policy: toPolicy(await this.#parts.policies.withdraw(id, province, actor)) };
  }

  /** Satisfies {@link MemberGovernance}. */
  async listExpiries(province: ProvinceCode): Promise<readonly v1.Expiry.$Properties[]> {
    return (await this.#parts.expiriesOf(province)).map(toExpiry);
  }
}
