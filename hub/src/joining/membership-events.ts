/** Everything that is written down of members; docs/membership-events.md explains each, and a test keeps both equal. */
export const MEMBERSHIP_EVENTS = [
  // on the way in, and out
  'province.invited',
  'province.applied',
  'province.keys-accepted',
  'province.conformance-passed',
  'province.admitted',
  'province.suspended',
  'province.resumed',
  'province.left',
  // what a member has
  'certificate.issued',
  'certificate.revoked',
  'keys.accepted',
  'key.revoked',
  'badge.issued',
  'nats-user.issued',
  'adapter.registered',
  'checkpoint.invited',
  'checkpoint.enrolled',
  'checkpoint.revoked',
  // what was refused and may be an attack
  'enrolment.refused',
  'certificate-request.refused',
  'keys.refused',
  'voucher.refused',
  'conformance.refused',
  'admission.refused',
  'registration.refused',
  'caller.refused',
  'action.refused',
  // actions of two operators, regional rules, and what ends
  'action.proposed',
  'action.approved',
  'action.rejected',
  'action.expired',
  'policy.proposed',
  'policy.approved',
  'policy.rejected',
  'policy.withdrawn',
  'expiry.due',
  // what the hub watches
  'alarm.raised',
] as const;

/** Name of a {@link MEMBERSHIP_EVENTS}. */
export type MembershipEventName = (typeof MEMBERSHIP_EVENTS)[number];

/** Something that happened to a member. Never holds personal data, tokens or keys. */
export interface NewMembershipEvent {
  /** GB/T 2260 code. */
  readonly province: string;
  readonly name: MembershipEventName;
  /** Who caused it: a SPIFFE ID, "hub", "founding", or "applicant" for whoever holds a token and no certificate yet. */
  readonly actor: string;
  /** For a person; at most 500 characters are kept. */
  readonly detail: string;
}

/** As it is kept. */
export interface MembershipEvent extends NewMembershipEvent {
  /** Position, from 1, growing. */
  readonly id: number;
  /** Seconds since the epoch. */
  readonly at: number;
}
