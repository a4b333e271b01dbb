import { AttestationError } from '../errors.js';
import { WEB_CRYPTO, type SignaturePlatform } from '../signature-platform.js';
import type { StatusList, StatusListDelta } from './status-list.js';

/**
 * Which of two verified lists to hold: never an earlier one than is held. Of one version the one that was signed later, which
 * says the same for longer.
 *
 * @throws {AttestationError} STATUS_LIST_ISSUER_MISMATCH for another list, STATUS_LIST_ROLLED_BACK for an earlier version,
 * STATUS_LIST_DIGEST_MISMATCH for one version with two contents
 */
export function succeedStatusList(held: StatusList | undefined, next: StatusList): StatusList {
  if (held === undefined) return next;
  if (held.uri !== next.uri) throw new AttestationError('STATUS_LIST_ISSUER_MISMATCH', 'another list than the one held');
  requireNotEarlier(held, next);
  return next.version > held.version || next.issuedAt > held.issuedAt ? next : held;
}

/**
 * The list that a verified delta leads to; `held` stays as it is, whatever comes of it. A delta of the version held changes
 * nothing but how late it was vouched for.
 *
 * @throws {AttestationError} STATUS_LIST_DELTA_UNRELATED where it does not lead on from what is held, STATUS_LIST_ROLLED_BACK,
 * STATUS_LIST_DIGEST_MISMATCH where it leads to something else than its issuer holds: then the whole list is needed
 */
export async function applyDelta(held: StatusList, delta: StatusListDelta, platform: SignaturePlatform = WEB_CRYPTO): Promise<StatusList> {
  if (held.uri !== delta.uri) throw unrelated('a delta of another list');
  requireNotEarlier(held, delta);
  const { version, digest } = delta;
  const [issuedAt, expiresAt] = [Math.max(held.issuedAt, delta.issuedAt), Math.max(held.expiresAt, delta.expiresAt)];
  if (version === held.version) return { ...held, issuedAt, expiresAt };
  if (delta.from > held.version) throw unrelated('versions between what is held and the delta are missing');
  if (delta.size < held.bits.size) throw unrelated('a list does not shrink');
  const bits = held.bits.clone();
  bits.grow(delta.size);
  if (bits.size !== delta.size) throw unrelated('no size of a list');
  for (const [index, status] of delta.changes) bits.set(index, status);
  if ((await bits.digest(platform)) !== digest) throw new AttestationError('STATUS_LIST_DIGEST_MISMATCH', 'the delta leads to other bits than its digest is of');
  return { ...held, version, issuedAt, expiresAt, bits, digest };
}

function requireNotEarlier(held: StatusList, next: Pick<StatusList, 'version' | 'digest'>): void {
  if (next.version < held.version) throw new AttestationError('STATUS_LIST_ROLLED_BACK', 'an earlier version than the one held');
  if (next.version === held.version && next.digest !== held.digest) {
    throw new AttestationError('STATUS_LIST_DIGEST_MISMATCH', 'one version with two contents');
  }
}

function unrelated(message: string): AttestationError {
  return new AttestationError('STATUS_LIST_DELTA_UNRELATED', message);
}
