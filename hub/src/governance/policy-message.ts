import { NATIONAL_FLOOR } from '@health-code/attestation';
import { timestampFromSeconds, v1 } from '@health-code/messages';
import type { PolicyState, PolicyVersion } from './policy.js';

const STATE_MESSAGE: Readonly<Record<PolicyState, v1.PolicyState>> = {
  proposed: v1.PolicyState.POLICY_STATE_PROPOSED,
  approved: v1.PolicyState.POLICY_STATE_APPROVED,
  rejected: v1.PolicyState.POLICY_STATE_REJECTED,
  withdrawn: v1.PolicyState.POLICY_STATE_WITHDRAWN,
};

/** A version of a regional rule on the wire. */
export const toPolicy = (policy: PolicyVersion): v1.RecognitionPolicy.$Properties => ({
  id: policy.id,
  version: policy.version,
  receiver: policy.receiver,
  issuers: [...policy.issuers],
  effect: v1.PolicyEffect.POLICY_EFFECT_LOCAL_PROCEDURE,
  reason: policy.reason,
  effectiveFrom: timestampFromSeconds(policy.effectiveFrom),
  effectiveUntil: timestampFromSeconds(policy.effectiveUntil),
  state: STATE_MESSAGE[policy.state],
  ...(policy.decidedBy === undefined ? {} : { decidedBy: policy.decidedBy }),
});

/** 绿码互认, built in: in force everywhere, always, and no operator's to decide. */
export const NATIONAL_FLOOR_MESSAGE: v1.RecognitionPolicy.$Properties = {
  id: NATIONAL_FLOOR.id,
  version: NATIONAL_FLOOR.version,
  effect: v1.PolicyEffect.POLICY_EFFECT_RECOGNISE,
  reason: '绿码互认: a green health code of any member is recognised by every other one (国务院联防联控机制)',
  effectiveFrom: timestampFromSeconds(0),
  state: v1.PolicyState.POLICY_STATE_APPROVED,
};

/** Every policy: the floor first. */
export const toPolicyList = (policies: readonly PolicyVersion[]): v1.ListPoliciesResponse.$Properties => ({
  policies: [NATIONAL_FLOOR_MESSAGE, ...policies.map(toPolicy)],
});
