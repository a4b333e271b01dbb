import { HubError, type FieldViolation } from '../errors.js';

/** 作废密钥: a signing key that may have been in other hands since a moment. Times in milliseconds since the epoch. */
export interface KeyRevocation {
  /** From 1, growing. */
  readonly id: number;
  /** GB/T 2260 code of whom the key belongs to. */
  readonly issuer: string;
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  /** Since when what was signed with it does not stand. */
  readonly revokedFrom: number;
}

/** What a province asks for, after every check. */
export type RevocationRequest = Pick<KeyRevocation, 'kid' | 'revokedFrom'>;

/** How far a province's clock may run ahead of ours, in milliseconds; a moment still to come is taken for now. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** The fields of google.protobuf.Timestamp as they come. */
interface Moment {
  readonly seconds?: number | null;
  readonly nanos?: number | null;
}

/** Milliseconds since the epoch of a moment on the wire; undefined of none. */
export const momentOf = (moment: Moment | null | undefined): number | undefined =>
  moment === null || moment === undefined ? undefined : (moment.seconds ?? 0) * 1000 + Math.floor((moment.nanos ?? 0) / 1_000_000);

/**
 * Which key, and since when.
 *
 * @param now milliseconds since the epoch
 * @throws HubError REQUEST_INVALID naming every field that is wrong
 */
export function parseRevocation(request: { readonly kid?: string | null; readonly revokedFrom?: Moment | null }, now: number): RevocationRequest {
  const violations: FieldViolation[] = [];
  const kid = request.kid ?? '';
  const from = momentOf(request.revokedFrom);
  if (!/^[A-Za-z0-9_-]{43}$/.test(kid)) violations.push({ field: 'kid', description: 'is no key id (RFC 7638 thumbprint)' });
  // Nobody can know today what will be stolen tomorrow: a moment ahead is a wrong clock, or a wrong date.
  if (from === undefined || from <= 0) violations.push({ field: 'revoked_from', description: 'is missing' });
  else if (!(from <= now + CLOCK_TOLERANCE_MS)) violations.push({ field: 'revoked_from', description: 'lies ahead' });
  if (from === undefined || violations.length > 0) throw new HubError('REQUEST_INVALID', 'the revocation is refused', { fieldViolations: violations });
  return { kid, revokedFrom: Math.min(from, now) };
}
