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

/** What the province has to do next, in one sentence; empty when nothing. `now` in seconds since the epoch. */
export function nextStepOf({ state, badge, badgeDueAt, adapterVersion }: LiveMember, now: number): string {
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
