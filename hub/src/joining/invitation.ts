import type { ProvinceCode } from '@health-code/attestation';
import { HubError } from '../errors.js';

/** An invitation as it is kept: of its token the digest alone. Times in seconds since the epoch. */
export interface Invitation {
  readonly province: ProvinceCode;
  readonly role: 'province' | 'checkpoint';
  /** How codes of the province must begin, one of these; absent, any beginning that is free. */
  readonly codePrefixes?: readonly string[];
  readonly expiresAt: number;
  readonly isUsed: boolean;
}

/**
 * The invitation, if its token can be redeemed at `now` (seconds since the epoch).
 * @throws HubError ENROLMENT_TOKEN_REFUSED, ENROLMENT_TOKEN_USED, ENROLMENT_TOKEN_EXPIRED
 */
export function requireRedeemable(invitation: Invitation | undefined, now: number): Invitation {
  if (invitation === undefined) throw new HubError('ENROLMENT_TOKEN_REFUSED', 'nobody handed this token out');
  if (invitation.isUsed) throw new HubError('ENROLMENT_TOKEN_USED', 'the token was redeemed before');
  if (invitation.expiresAt <= now) throw new HubError('ENROLMENT_TOKEN_EXPIRED', 'the time of the token is over');
  return invitation;
}
