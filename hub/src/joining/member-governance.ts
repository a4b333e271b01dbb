import type { ProvinceCode } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import type { CheckedKey } from './check-key.js';

/** Who asks: the calling province and its SPIFFE ID. */
export interface CallingMember {
  readonly province: ProvinceCode;
  readonly actor: string;
}

/** What the service `Membership` leaves to governance: what needs operators, what ends, and what reaches back. */
export interface MemberGovernance {
  /**
   * Opens an action REPLACE_KEYS, or finds the one that waits for the same keys. The keys have passed every check; once two operators have said yes,
   * `MembershipStore.acceptKeys` takes them in. @returns its id
   */
  proposeKeys(member: CallingMember, keys: readonly CheckedKey[]): Promise<string>;
  /** Id of the action in which keys of the province wait for two operators. */
  findKeyAction(province: ProvinceCode): Promise<string | undefined>;
  /** 作废密钥. @throws HubError KEY_NOT_FOUND, REQUEST_INVALID */
  revokeKey(member: CallingMember, request: v1.RevokeKeyRequest): Promise<v1.RevokeKeyResponse.$Properties>;
  /** @throws HubError POLICY_INVALID */
  proposePolicy(member: CallingMember, request: v1.ProposePolicyRequest): Promise<v1.ProposePolicyResponse.$Properties>;
  /** @throws HubError POLICY_NOT_FOUND, POLICY_CLOSED */
  withdrawPolicy(member: CallingMember, request: v1.WithdrawPolicyRequest): Promise<v1.WithdrawPolicyResponse.$Properties>;
  /** What of one province ends, soonest first. */
  listExpiries(province: ProvinceCode): Promise<readonly v1.Expiry.$Properties[]>;
}
