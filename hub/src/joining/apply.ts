import { randomBytes } from 'node:crypto';
import { spiffeId, v1, type PeerIdentity } from '@health-code/messages';
import { HubError, type FieldViolation } from '../errors.js';
import { findCreditCodeFault } from '../personal-health-code/unified-social-credit-code.js';
import { checkCertificateRequest, type CheckedRequest } from './check-certificate-request.js';
import { failuresOf, type Check } from './check.js';
import { requireRedeemable, type Invitation } from './invitation.js';
import type { IssuedCertificate } from './member-authority.js';
import type { NewMembershipEvent } from './membership-events.js';
import { digestToken } from './one-time-token.js';

/** Whom an invitation makes a member, and with what certificate. */
export interface Enrolment {
  readonly identity: PeerIdentity;
  /** Unified social credit code; empty for a checkpoint. */
  readonly organisation: string;
  readonly thumbprint: string;
  readonly certificate: IssuedCertificate;
}

/** Where invitations are redeemed. */
export interface EnrolmentStore {
  findInvitation(digest: Buffer): Promise<Invitation | undefined>;
  /**
   * Redeems a token for what `enrol` makes of its invitation. Of two at once one wins; whatever is thrown undoes everything.
   * @throws HubError those of requireRedeemable, MEMBERSHIP_STATE_INVALID, PROVINCE_ALREADY_MEMBER, CERTIFICATE_REQUEST_REFUSED where the key was taken meanwhile
   */
  redeem(digest: Buffer, now: number, enrol: (invitation: Invitation) => Promise<Enrolment>): Promise<Enrolment>;
}

/** What {@link apply} needs. */
export interface ApplyParts {
  readonly store: EnrolmentStore;
  readonly findKeyHolder: (thumbprint: string) => Promise<string | undefined>;
  readonly issue: (publicKey: ArrayBuffer, identity: PeerIdentity) => Promise<IssuedCertificate>;
  readonly recordRefusal: (event: NewMembershipEvent) => Promise<void>;
  readonly trustDomain: string;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** A certificate, and what was looked at on the way to it. */
export interface Applied {
  readonly certificate: IssuedCertificate;
  readonly checks: readonly Check[];
  /** Whom the invitation was for. */
  readonly role: Invitation['role'];
}

/** Whoever applies has no name that was proven. */
const APPLICANT = 'applicant';

/** Random, so that it says nothing about the place or the order of devices. */
const makeDeviceId = (): string => randomBytes(8).toString('hex');

/**
 * 首次接入: a one-time token for a client certificate. Nothing of a refused request is kept but the refusal, and the token
 * stays good.
 * @throws HubError ENROLMENT_TOKEN_REFUSED, ENROLMENT_TOKEN_USED, ENROLMENT_TOKEN_EXPIRED, CERTIFICATE_REQUEST_REFUSED, REQUEST_INVALID
 */
export async function apply(request: v1.ApplyRequest, parts: ApplyParts): Promise<Applied> {
  const digest = digestToken(request.token);
  const invitation = digest === undefined ? undefined : await parts.store.findInvitation(digest);
  if (digest === undefined || invitation === undefined) throw new HubError('ENROLMENT_TOKEN_REFUSED', 'nobody handed this token out');
  const refuse = (event: Pick<NewMembershipEvent, 'name' | 'detail'>): Promise<void> => parts.recordRefusal({ ...event, province: invitation.province, actor: APPLICANT });
  try {
    return await redeem(request, digest, requireRedeemable(invitation, parts.now()), parts);
  } catch (error) {
    if (error instanceof HubError) {
      const name = error.code === 'CERTIFICATE_REQUEST_REFUSED' ? 'certificate-request.refused' : 'enrolment.refused';
      await refuse({ name, detail: `${error.code} (${invitation.role}): ${error.message}` });
    }
    throw error;
  }
}

async function redeem(request: v1.ApplyRequest, digest: Buffer, invitation: Invitation, parts: ApplyParts): Promise<Applied> {
  const isProvince = invitation.role === 'province';
  const fault = isProvince ? findCreditCodeFault(request.organisation) : undefined;
  if (fault !== undefined) {
    throw new HubError('REQUEST_INVALID', 'the application is refused', {
      fieldViolations: [{ field: 'organisation', description: fault }],
    });
  }
  const expected = isProvince ? spiffeId({ role: 'province', province: invitation.province }, parts.trustDomain) : undefined;
  const { checks, request: checked } = await checkCertificateRequest(request.certificateRequest, { identity: expected, findKeyHolder: parts.findKeyHolder });
  if (checked === undefined) throw requestRefused(checks);
  const { certificate } = await parts.store.redeem(digest, parts.now(), (current) => enrol(current, request.organisation, checked, parts));
  return { certificate, checks, role: invitation.role };
}

async function enrol({ province, role }: Invitation, organisation: string, { publicKey, thumbprint }: CheckedRequest, { issue }: ApplyParts): Promise<Enrolment> {
  const identity: PeerIdentity = role === 'province' ? { role, province } : { role, province, name: makeDeviceId() };
  return { identity, organisation: role === 'province' ? organisation : '', thumbprint, certificate: await issue(publicKey, identity) };
}

/** CERTIFICATE_REQUEST_REFUSED, with every check that failed as a field. */
export function requestRefused(checks: readonly Check[]): HubError {
  const fieldViolations = checks
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ subject, name, detail }): FieldViolation => ({ field: subject, description: `${name}: ${detail}` }));
  return new HubError('CERTIFICATE_REQUEST_REFUSED', `checks that failed: ${failuresOf(checks)}`, { fieldViolations });
}
