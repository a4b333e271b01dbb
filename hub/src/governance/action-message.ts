import { timestampFromSeconds, v1 } from '@health-code/messages';
import { stateAt, type ActionKind, type ActionState, type OperatorAction } from './action.js';

const KIND_MESSAGE: Readonly<Record<ActionKind, v1.ActionKind>> = {
  'suspend-province': v1.ActionKind.ACTION_KIND_SUSPEND_PROVINCE,
  'replace-keys': v1.ActionKind.ACTION_KIND_REPLACE_KEYS,
};

const STATE_MESSAGE: Readonly<Record<ActionState, v1.ActionState>> = {
  open: v1.ActionState.ACTION_STATE_OPEN,
  approved: v1.ActionState.ACTION_STATE_APPROVED,
  rejected: v1.ActionState.ACTION_STATE_REJECTED,
  expired: v1.ActionState.ACTION_STATE_EXPIRED,
};

/** An action on the wire, as it stands at `now`, seconds since the epoch. */
export const toAction = (action: OperatorAction, now: number): v1.Action.$Properties => ({
  id: action.id,
  kind: KIND_MESSAGE[action.kind],
  province: action.province,
  reason: action.reason,
  state: STATE_MESSAGE[stateAt(action, now)],
  proposedBy: action.proposedBy,
  approvedBy: [...action.approvedBy],
  expiresAt: timestampFromSeconds(action.expiresAt),
});
