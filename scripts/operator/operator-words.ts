import { v1 } from '@health-code/messages';
import { isoTime, momentInWords, provinceInWords } from '../access/words.js';
import { stateInWords, stateName } from '../province/status.js';

const ACTIONS: Readonly<Record<number, string>> = {
  [v1.ActionKind.ACTION_KIND_SUSPEND_PROVINCE]: 'suspend-province',
  [v1.ActionKind.ACTION_KIND_REPLACE_KEYS]: 'replace-keys',
};
const ACTION_STATES: Readonly<Record<number, string>> = {
  [v1.ActionState.ACTION_STATE_OPEN]: 'open',
  [v1.ActionState.ACTION_STATE_APPROVED]: 'approved',
  [v1.ActionState.ACTION_STATE_REJECTED]: 'rejected',
  [v1.ActionState.ACTION_STATE_EXPIRED]: 'expired',
};
const EFFECTS: Readonly<Record<number, string>> = {
  [v1.PolicyEffect.POLICY_EFFECT_RECOGNISE]: 'recognise',
  [v1.PolicyEffect.POLICY_EFFECT_LOCAL_PROCEDURE]: 'local-procedure',
};
const POLICY_STATES: Readonly<Record<number, string>> = {
  [v1.PolicyState.POLICY_STATE_PROPOSED]: 'proposed',
  [v1.PolicyState.POLICY_STATE_APPROVED]: 'approved',
  [v1.PolicyState.POLICY_STATE_REJECTED]: 'rejected',
  [v1.PolicyState.POLICY_STATE_WITHDRAWN]: 'withdrawn',
};

const nameIn = (table: Readonly<Record<number, string>>, value: number | null | undefined): string => table[value ?? 0] ?? 'unspecified';

/** A member as a row. `now` in seconds since the epoch. */
export const memberCells = (member: v1.IMember, now: number): readonly string[] => [
  provinceInWords(member.province ?? ''),
  stateInWords(member.state),
  momentInWords(member.stateSince, now),
  member.adapterVersion === '' ? 'adapter never registered' : `adapter ${member.adapterVersion ?? ''}, protocol ${String(member.protocolVersion ?? 0)}`,
  member.badgeExpiresAt ? `badge ends ${momentInWords(member.badgeExpiresAt, now)}` : 'no badge',
  member.organisation ?? '',
];

/** The same for machines. */
export const memberObject = (member: v1.IMember): Record<string, unknown> => ({
  province: member.province,
  slug: member.slug,
  name: member.name,
  state: stateName(member.state),
  stateSince: isoTime(member.stateSince),
  organisation: member.organisation,
  adapterVersion: member.adapterVersion,
  protocolVersion: member.protocolVersion,
  badgeExpiresAt: isoTime(member.badgeExpiresAt),
});

/** An action as a row. */
export const actionCells = (action: v1.IAction, now: number): readonly string[] => [
  action.id ?? '',
  nameIn(ACTION_STATES, action.state),
  nameIn(ACTIONS, action.kind),
  provinceInWords(action.province ?? ''),
  `asked by ${action.proposedBy ?? ''}`,
  `yes: ${action.approvedBy?.join(', ') ?? ''}`,
  `until ${isoTime(action.expiresAt)} (${momentInWords(action.expiresAt, now)})`,
  action.reason ?? '',
];

/** The same for machines. */
export const actionObject = (action: v1.IAction): Record<string, unknown> => ({
  id: action.id,
  kind: nameIn(ACTIONS, action.kind),
  province: action.province,
  reason: action.reason,
  state: nameIn(ACTION_STATES, action.state),
  proposedBy: action.proposedBy,
  approvedBy: action.approvedBy,
  expiresAt: isoTime(action.expiresAt),
});

const everyOr = (codes: readonly string[]): string => (codes.length === 0 ? 'every province' : codes.map(provinceInWords).join(', '));

/** A policy as a row. */
export const policyCells = (policy: v1.IRecognitionPolicy): readonly string[] => [
  `${policy.id ?? ''} v${String(policy.version ?? 0)}`,
  nameIn(POLICY_STATES, policy.state),
  nameIn(EFFECTS, policy.effect),
  `in ${everyOr(policy.receiver ? [policy.receiver] : [])} of ${everyOr(policy.issuers ?? [])}`,
  `from ${isoTime(policy.effectiveFrom) || 'ever'} to ${isoTime(policy.effectiveUntil) || 'no end'}`,
  policy.reason ?? '',
];

/** The same for machines. */
export const policyObject = (policy: v1.IRecognitionPolicy): Record<string, unknown> => ({
  id: policy.id,
  version: policy.version,
  receiver: policy.receiver,
  issuers: policy.issuers,
  effect: nameIn(EFFECTS, policy.effect),
  reason: policy.reason,
  effectiveFrom: isoTime(policy.effectiveFrom),
  effectiveUntil: isoTime(policy.effectiveUntil),
  state: nameIn(POLICY_STATES, policy.state),
  decidedBy: policy.decidedBy,
});
