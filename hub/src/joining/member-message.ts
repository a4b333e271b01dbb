import { timestampFromSeconds, v1 } from '@health-code/messages';
import type { CheckpointDevice } from './checkpoint-device.js';
import type { LiveMember } from './live-members.js';
import type { IssuedCertificate } from './member-authority.js';
import type { MemberState } from './members.js';
import type { MembershipEvent } from './membership-events.js';

const STATES: Readonly<Record<MemberState, v1.MembershipState>> = {
  applied: v1.MembershipState.MEMBERSHIP_STATE_APPLIED,
  'keys-accepted': v1.MembershipState.MEMBERSHIP_STATE_KEYS_ACCEPTED,
  'conformance-passed': v1.MembershipState.MEMBERSHIP_STATE_CONFORMANCE_PASSED,
  admitted: v1.MembershipState.MEMBERSHIP_STATE_ADMITTED,
  suspended: v1.MembershipState.MEMBERSHIP_STATE_SUSPENDED,
  left: v1.MembershipState.MEMBERSHIP_STATE_LEFT,
};

/** As it is sent. */
export const toStateMessage = (state: MemberState): v1.MembershipState => STATES[state];

/** As it is sent. */
export const toEventMessage = ({ id, province, at, name, actor, detail }: MembershipEvent): v1.MembershipEvent.$Properties => ({
  id,
  province,
  at: timestampFromSeconds(at),
  name,
  actor,
  detail,
});

/** As it is sent. */
export const toCertificateMessage = ({ chain, identity, expiresAt }: IssuedCertificate): v1.IssuedCertificate.$Properties => ({
  chain: [...chain],
  identity,
  expiresAt: timestampFromSeconds(expiresAt),
});

/** As it is sent. */
export const toDeviceMessage = ({ id, enrolledAt, expiresAt, revoked }: CheckpointDevice): v1.CheckpointDevice.$Properties => ({
  id,
  enrolledAt: timestampFromSeconds(enrolledAt),
  expiresAt: timestampFromSeconds(expiresAt),
  revoked,
});

/** Whether what the member signs is good for anything. A founding member brings its keys with its first registration. */
const canSign = ({ acceptedKeys, adapterVersion, origin }: LiveMember, now: number): boolean =>
  acceptedKeys.some(({ use, expiresAt }) => use === 'sig' && (expiresAt === undefined || expiresAt > now)) || (origin === 'founding' && adapterVersion === undefined);

/** States in which keys are not what comes next by themselves. */
const PAST_KEYS: readonly MemberState[] = ['keys-accepted', 'conformance-passed', 'admitted'];

function keyStepOf(member: LiveMember, now: number, keyAction: string | undefined): string | undefined {
  if (!PAST_KEYS.includes(member.state)) return undefined;
  const without = canSign(member, now) ? '' : 'No signing key is in force. ';
  if (keyAction !== undefined) return `${without}Wait for two operators to agree to the new keys: action ${keyAction}.`;
  return without === '' ? undefined : `${without}Submit another one (Membership.SubmitKeys); two operators have to agree to it.`;
}

/**
 * What the province has to do next, in one sentence; empty when nothing.
 *
 * @param now seconds since the epoch
 * @param keyAction id of the action in which its keys wait for two operators
 */
export function nextStepOf(member: LiveMember, now: number, keyAction?: string): string {
  const { state, badge, badgeDueAt, adapterVersion } = member;
  const keyStep = keyStepOf(member, now, keyAction);
  if (keyStep !== undefined) return keyStep;
  const isBadged = badge !== undefined && badge.expiresAt > now;
  switch (state) {
    case 'applied':
      return 'Submit keys, each with a proof over a challenge: Membership.SubmitKeys.';
    case 'keys-accepted':
      return 'Run the conformance kit against your adapter and submit its report: Membership.SubmitConformance.';
    case 'conformance-passed':
      return isBadged ? 'Wait for an operator to admit the province.' : 'The badge has ended: run the conformance kit again.';
    case 'admitted':
      if (adapterVersion === undefined) return 'Get a NATS user (Membership.IssueNatsUser) and start the adapter.';
      if (!isBadged) return `Run the conformance kit: a badge is due${badgeDueAt === undefined ? '' : ` by ${new Date(badgeDueAt * 1000).toISOString()}`}.`;
      return badge.adapterVersion === adapterVersion ? '' : 'The badge is of another version of the adapter: run the conformance kit again.';
    case 'suspended':
      return 'Ask the operators to resume the province.';
    case 'left':
      return '';
  }
}
