import type { ProvinceCode } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import { decidedVersion, parsePolicyProposal, withdrawnVersion, type PolicyProposal, type PolicyVersion } from './policy.js';

/** Where policies are kept; the policy store satisfies it. */
export interface PolicyKeeper {
  append(proposal: PolicyProposal, actor: string): Promise<PolicyVersion>;
  follow(id: string, actor: string, decide: (standing: PolicyVersion) => PolicyVersion, receiver?: string): Promise<PolicyVersion>;
}

/** What {@link Policies} needs. */
export interface PoliciesParts {
  readonly keeper: PolicyKeeper;
  /** Whether a province takes part, or is about to. */
  readonly isMember: (code: string) => boolean;
  /** Brings what verdicts follow up to date with what was committed. */
  readonly refresh: () => Promise<void>;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** 属地政策 on its way: asked for by the province it holds in, decided by an operator, taken back by the province. In effect when it returns. */
export class Policies {
  readonly #parts: PoliciesParts;

  constructor(parts: PoliciesParts) {
    this.#parts = parts;
  }

  /** Asks for a rule in `receiver`. `actor`: SPIFFE ID. @throws HubError POLICY_INVALID naming every field that is wrong */
  async propose(policy: v1.RecognitionPolicy.$Properties | null | undefined, receiver: ProvinceCode, actor: string): Promise<PolicyVersion> {
    const { keeper, isMember, now } = this.#parts;
    return keeper.append(parsePolicyProposal(policy, receiver, isMember, now()), actor);
  }

  /** Ends a rule of `receiver`, or a proposal of one, now. @throws HubError POLICY_NOT_FOUND, POLICY_CLOSED */
  async withdraw(id: string, receiver: ProvinceCode, actor: string): Promise<PolicyVersion> {
    const { keeper, now, refresh } = this.#parts;
    const policy = await keeper.follow(id, actor, (standing) => withdrawnVersion(standing, now()), receiver);
    await refresh();
    return policy;
  }

  /** An operator's yes or no. @throws HubError POLICY_NOT_FOUND, POLICY_CLOSED */
  async decide(id: string, approve: boolean, operator: string): Promise<PolicyVersion> {
    const { keeper, now, refresh } = this.#parts;
    const policy = await keeper.follow(id, operator, (standing) => decidedVersion(standing, approve, operator, now()));
    await refresh();
    return policy;
  }
}
