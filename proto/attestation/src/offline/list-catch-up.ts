import { AttestationError } from '../errors.js';
import { takeToken, verifyListToken, type HeldList, type ListVerifier } from './held-list.js';
import type { PackageParts } from './package-parts.js';
import type { PackageSource } from './package-ports.js';

/** A list as the package names it. */
export type NamedList = PackageParts['statusLists']['lists'][number];

/** Where lists come from. */
export type ListSource = Pick<PackageSource, 'fetchDeltas' | 'fetchList'>;

/** Deltas kept beside one snapshot; with more of them a new snapshot is fetched. */
const MAXIMUM_DELTAS = 16;

/** Seconds by which a list may have been signed earlier than the one named before the whole of it is fetched for that alone. */
const SIGNED_LATER = 600;

/**
 * The list that a package names, or a newer one: what is held where that will do, else what deltas lead to, else the snapshot.
 *
 * @throws {AttestationError} a code of a status list where what was fetched is not the list that is named; STATUS_LIST_ROLLED_BACK
 * where it is an earlier one. Whatever the source throws is thrown on.
 */
export async function catchUp(source: ListSource, named: NamedList, held: HeldList | undefined, verifier: ListVerifier): Promise<HeldList> {
  if (held !== undefined && isAsNamed(held, named) && held.list.issuedAt >= named.issuedAt) return held;
  const followed = held === undefined || held.stored.deltas.length >= MAXIMUM_DELTAS ? undefined : await follow(source, held, verifier);
  if (followed !== undefined && isAsNamed(followed, named) && followed.list.issuedAt >= named.issuedAt - SIGNED_LATER) return followed;
  const fetched = await verifyListToken(await source.fetchList(named.uri), verifier);
  if (!('list' in fetched)) throw new AttestationError('STATUS_LIST_INVALID', 'a delta in place of the list');
  if (fetched.list.uri !== named.uri) throw new AttestationError('STATUS_LIST_ISSUER_MISMATCH', 'another list than the one asked for');
  const whole = await takeToken(followed ?? held, fetched, verifier.platform);
  // A hub hands out the last whole list as its province signed it; what has changed since leads on from there.
  const taken = isAsNamed(whole, named) ? whole : ((await follow(source, whole, verifier)) ?? whole);
  if (taken.list.version < named.version) throw new AttestationError('STATUS_LIST_ROLLED_BACK', 'an earlier version than the package names');
  if (!isAsNamed(taken, named)) throw new AttestationError('STATUS_LIST_DIGEST_MISMATCH', 'other bits than the package names');
  return taken;
}

/** What deltas lead to, or a snapshot in their place; undefined where they lead nowhere. */
async function follow(source: ListSource, held: HeldList, verifier: ListVerifier): Promise<HeldList | undefined> {
  const answer = await source.fetchDeltas(held.stored.uri, held.list.version);
  try {
    let followed = held;
    for (const token of 'snapshot' in answer ? [answer.snapshot] : answer.deltas) {
      followed = await takeToken(followed, await verifyListToken(token, verifier), verifier.platform);
    }
    return followed;
  } catch (error) {
    if (error instanceof AttestationError) return undefined;
    throw error;
  }
}

const isAsNamed = ({ list }: HeldList, named: NamedList): boolean =>
  list.version > named.version || (list.version === named.version && list.digest === named.digest);
