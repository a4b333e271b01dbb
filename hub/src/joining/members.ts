import { HubError } from '../errors.js';

/** How far a province has come, in the order of the way. */
export const MEMBER_STATES = ['applied', 'keys-accepted', 'conformance-passed', 'admitted', 'suspended', 'left'] as const;

/** 成员状态. */
export type MemberState = (typeof MEMBER_STATES)[number];

/** Who has never applied, beside those who did. */
export type Standpoint = MemberState | 'none';

/** What can be done by or to a member. Some steps lead on, others only need a state to be open in. */
export const MEMBER_STEPS = [
  'invite',
  'apply',
  'accept-keys',
  'pass-conformance',
  'admit',
  'suspend',
  'resume',
  'leave',
  'register',
  'get-challenge',
  'renew-certificate',
  'issue-nats-user',
  'invite-checkpoint',
  'enrol-checkpoint',
  'revoke-checkpoint',
] as const;

/** A step of {@link MEMBER_STEPS}. */
export type MemberStep = (typeof MEMBER_STEPS)[number];

const stays = (...states: readonly Standpoint[]): Readonly<Partial<Record<Standpoint, Standpoint>>> =>
  Object.fromEntries(states.map((state) => [state, state]));

/** Every member that has not left. */
const PRESENT = ['applied', 'keys-accepted', 'conformance-passed', 'admitted', 'suspended'] as const;

/**
 * The one table of transitions: where a step leads from where it is open. What has no cell is refused. Who left may come
 * back by the same way as anybody new.
 */
export const TRANSITIONS: Readonly<Record<MemberStep, Readonly<Partial<Record<Standpoint, Standpoint>>>>> = {
  // Who applied, and whose answer was lost on the way, applies again by a new invitation; the certificate of the first time is void.
  invite: stays('none', 'left', 'applied'),
  apply: { none: 'applied', left: 'applied', applied: 'applied' },
  'accept-keys': { ...stays(...PRESENT), applied: 'keys-accepted' },
  'pass-conformance': { ...stays('conformance-passed', 'admitted', 'suspended'), 'keys-accepted': 'conformance-passed' },
  admit: { 'conformance-passed': 'admitted' },
  suspend: { admitted: 'suspended' },
  resume: { suspended: 'admitted' },
  leave: Object.fromEntries(PRESENT.map((state) => [state, 'left'])),
  register: stays('admitted', 'suspended'),
  'get-challenge': stays(...PRESENT),
  'renew-certificate': stays(...PRESENT),
  'issue-nats-user': stays('admitted', 'suspended'),
  'invite-checkpoint': stays('admitted'),
  // A code that was handed out before a suspension still binds its device: checkpoints of a suspended province work.
  'enrol-checkpoint': stays('admitted', 'suspended'),
  'revoke-checkpoint': stays('admitted', 'suspended'),
};

/** Where `step` leads from `state`; undefined where it is not open. */
export function findNextState(state: Standpoint, step: MemberStep): Standpoint | undefined {
  return TRANSITIONS[step][state];
}

/**
 * Where `step` leads from `state`.
 * @throws HubError MEMBERSHIP_STATE_INVALID, naming both
 */
export function nextState(state: Standpoint, step: MemberStep): Standpoint {
  const next = findNextState(state, step);
  if (next === undefined) {
    const open = Object.keys(TRANSITIONS[step]).join(', ');
    throw new HubError('MEMBERSHIP_STATE_INVALID', `the step ${step} is not open in the state ${state}; it is in: ${open}`);
  }
  return next;
}

/** How a member came in: by the admission file of the first days, or by applying. */
export type MemberOrigin = 'founding' | 'joined';
