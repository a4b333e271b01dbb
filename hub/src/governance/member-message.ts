import { getProvince } from '@health-code/attestation';
import { timestampFromSeconds, type v1 } from '@health-code/messages';
import type { LiveMember } from '../joining/live-members.js';
import { toStateMessage } from '../joining/member-message.js';
import type { Expiry } from './expiry-calendar.js';

/** A member or applicant on the wire. */
export function toMember(member: LiveMember): v1.Member.$Properties {
  const { slug, name } = getProvince(member.code);
  return {
    province: member.code,
    slug,
    name,
    state: toStateMessage(member.state),
    stateSince: timestampFromSeconds(member.since),
    organisation: member.organisation ?? '',
    adapterVersion: member.adapterVersion ?? '',
    ...(member.badge === undefined ? {} : { badgeExpiresAt: timestampFromSeconds(member.badge.expiresAt) }),
    protocolVersion: member.protocolVersion ?? 0,
  };
}

/** Something that ends, on the wire. */
export const toExpiry = ({ province, kind, id, expiresAt }: Expiry): v1.Expiry.$Properties => ({ province, kind, id, expiresAt: timestampFromSeconds(expiresAt) });
