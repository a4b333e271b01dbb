import { spiffeId, type PeerIdentity, type v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import { requestRefused, type Applied } from './apply.js';
import { checkCertificateRequest } from './check-certificate-request.js';
import type { IssuedCertificate } from './member-authority.js';
import type { CallingMember } from './member-governance.js';
import type { NewMembershipEvent } from './membership-events.js';

/** A certificate to be noted, and of which key it is. */
export interface Renewal {
  readonly identity: PeerIdentity;
  readonly certificate: IssuedCertificate;
  readonly thumbprint: string;
  readonly actor: string;
}

/** What {@link renewCertificate} needs. */
export interface RenewalParts {
  /** @throws HubError MEMBERSHIP_STATE_INVALID, RATE_LIMIT_EXCEEDED, CERTIFICATE_REQUEST_REFUSED */
  readonly saveRenewal: (member: CallingMember, issue: () => Promise<Renewal>) => Promise<Renewal>;
  readonly findKeyHolder: (thumbprint: string) => Promise<string | undefined>;
  readonly issue: (publicKey: ArrayBuffer, identity: PeerIdentity) => Promise<IssuedCertificate>;
  readonly recordRefusal: (event: NewMembershipEvent) => Promise<void>;
  readonly trustDomain: string;
}

/**
 * Another certificate for a new key; the one in use stays good until it ends, so that a member changes over when it likes.
 * @throws HubError CERTIFICATE_REQUEST_REFUSED, MEMBERSHIP_STATE_INVALID, RATE_LIMIT_EXCEEDED
 */
export async function renewCertificate(member: CallingMember, request: v1.RenewCertificateRequest, parts: RenewalParts): Promise<Omit<Applied, 'role'>> {
  const { province, actor } = member;
  const identity: PeerIdentity = { role: 'province', province };
  try {
    const { checks, request: checked } = await checkCertificateRequest(request.certificateRequest, {
      identity: spiffeId(identity, parts.trustDomain),
      findKeyHolder: parts.findKeyHolder,
    });
    if (checked === undefined) throw requestRefused(checks);
    const { publicKey, thumbprint } = checked;
    const { certificate } = await parts.saveRenewal(member, async () => ({ identity, thumbprint, actor, certificate: await parts.issue(publicKey, identity) }));
    return { certificate, checks };
  } catch (error) {
    if (error instanceof HubError && error.code === 'CERTIFICATE_REQUEST_REFUSED') {
      await parts.recordRefusal({ province, actor, name: 'certificate-request.refused', detail: error.message });
    }
    throw error;
  }
}
