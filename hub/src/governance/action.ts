import { HubError } from '../errors.js';

/** What needs two operators: 暂停成员; 更换全部密钥, which is proposed by a province that has no key left to vouch with. */
export type ActionKind = 'suspend-province' | 'replace-keys';

/** How an action stands. */
export type ActionState = 'open' | 'approved' | 'rejected' | 'expired';

/** Something that needs two operators. Times in seconds since the epoch. */
export interface OperatorAction {
  readonly id: string;
  readonly kind: ActionKind;
  /** GB/T 2260 code of whom it is about. */
  readonly province: string;
  readonly reason: string;
  readonly state: ActionState;
  /** SPIFFE ID. */
  readonly proposedBy: string;
  /** SPIFFE IDs, in the order of their yes. */
  readonly approvedBy: readonly string[];
  readonly expiresAt: number;
}

/** How long an action can be decided: 7 days, in seconds. */
export const ACTION_LIFETIME = 7 * 24 * 60 * 60;

/** Different operators who have to say yes. */
export const APPROVALS_NEEDED = 2;

/** The state at `now`, seconds since the epoch: an open action past its time is over, whether or not that was written down yet. */
export const stateAt = ({ state, expiresAt }: Pick<OperatorAction, 'state' | 'expiresAt'>, now: number): ActionState =>
  state === 'open' && !(now < expiresAt) ? 'expired' : state;

/**
 * What becomes of an action when `operator` says yes or no. One no is enough; a yes counts once for each operator, and a
 * proposer's was given with the proposal.
 *
 * @param now seconds since the epoch
 * @returns `open` where one more yes is needed
 * @throws HubError ACTION_CLOSED, SECOND_OPERATOR_REQUIRED
 */
export function decideAction(action: OperatorAction, operator: string, approve: boolean, now: number): 'open' | 'approved' | 'rejected' {
  if (stateAt(action, now) !== 'open') throw new HubError('ACTION_CLOSED', 'the action was decided already, or its time is over');
  if (!approve) return 'rejected';
  if (action.approvedBy.includes(operator)) throw new HubError('SECOND_OPERATOR_REQUIRED', 'this operator has said yes already; another one has to');
  return action.approvedBy.length + 1 >= APPROVALS_NEEDED ? 'approved' : 'open';
}
