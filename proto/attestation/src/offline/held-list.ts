import { decodeBase64Url } from '../base64url.js';
import { AttestationError } from '../errors.js';
import type { ProvinceKeyRing } from '../province-key.js';
import type { SignaturePlatform } from '../signature-platform.js';
import { STATUS_LIST_DELTA_TYPE, type StatusList, type StatusListDelta } from '../status-list/status-list.js';
import { applyDelta, succeedStatusList } from '../status-list/succeed-status-list.js';
import { verifyStatusList, verifyStatusListDelta } from '../status-list/verify-status-list.js';
import type { StoredList } from './package-ports.js';

/** A status list, and the tokens it was made from: they alone are kept, so that it can be verified anew with other keys. */
export interface HeldList {
  readonly list: StatusList;
  readonly stored: StoredList;
  /** The version that each delta of `stored` was applied to. */
  readonly appliedTo: readonly number[];
}

/** By `uri`. */
export type HeldLists = ReadonlyMap<string, HeldList>;

/** What tokens are verified with. */
export interface ListVerifier {
  readonly ring: ProvinceKeyRing;
  /** Seconds since the epoch. */
  readonly now: number;
  readonly platform: SignaturePlatform;
}

/** A snapshot or a delta that its issuer vouches for. */
export type ListToken = { readonly token: string; readonly list: StatusList } | { readonly token: string; readonly delta: StatusListDelta };

/** The list that a token is of. */
export const uriOf = (verified: ListToken): string => ('list' in verified ? verified.list.uri : verified.delta.uri);

/**
 * A token of either form. Which one it claims to be is read before anything is verified, and verified with everything else.
 *
 * @throws {AttestationError} the codes of `verifyStatusList` and `verifyStatusListDelta`
 */
export async function verifyListToken(token: string, { ring, now, platform }: ListVerifier): Promise<ListToken> {
  const header = decodeBase64Url(token.slice(0, Math.max(0, token.indexOf('.'))));
  const isDelta = header !== undefined && new TextDecoder().decode(header).includes(`"${STATUS_LIST_DELTA_TYPE}"`);
  if (isDelta) return { token, delta: await verifyStatusListDelta(token, ring, now, { platform }) };
  return { token, list: await verifyStatusList(token, ring, now, { platform }) };
}

/**
 * What is held after a token: the same object where it says nothing newer.
 *
 * @throws {AttestationError} the codes of `succeedStatusList` and `applyDelta`; STATUS_LIST_DELTA_UNRELATED where nothing is held
 */
export async function takeToken(held: HeldList | undefined, verified: ListToken, platform: SignaturePlatform): Promise<HeldList> {
  if ('list' in verified) {
    const { token, list } = verified;
    if (held !== undefined && succeedStatusList(held.list, list) === held.list) return held;
    return { list, stored: { uri: list.uri, snapshot: token, deltas: [] }, appliedTo: [] };
  }
  if (held === undefined) throw new AttestationError('STATUS_LIST_DELTA_UNRELATED', 'no such list is held');
  const { token, delta } = verified;
  const list = await applyDelta(held.list, delta, platform);
  if (list.version === held.list.version && list.issuedAt === held.list.issuedAt) return held;
  // A delta that leads on from an earlier version says what those say that were applied since: they are kept no longer.
  const found = held.appliedTo.findIndex((version) => version >= delta.from);
  const kept = found < 0 ? held.appliedTo.length : found;
  const appliedTo = [...held.appliedTo.slice(0, kept), held.appliedTo[kept] ?? held.list.version];
  return { list, stored: { ...held.stored, deltas: [...held.stored.deltas.slice(0, kept), token] }, appliedTo };
}

/** Lists out of the tokens they were kept as. What the keys of today do not vouch for is left out. */
export async function openHeldLists(stored: Iterable<StoredList>, verifier: ListVerifier): Promise<HeldLists> {
  const opened = new Map<string, HeldList>();
  for (const list of stored) {
    try {
      opened.set(list.uri, await openHeldList(list, verifier));
    } catch (error) {
      if (!(error instanceof AttestationError)) throw error;
    }
  }
  return opened;
}

async function openHeldList({ uri, snapshot, deltas }: StoredList, verifier: ListVerifier): Promise<HeldList> {
  let held: HeldList | undefined;
  for (const token of [snapshot, ...deltas]) held = await takeToken(held, await verifyListToken(token, verifier), verifier.platform);
  if (held?.list.uri !== uri) throw new AttestationError('STATUS_LIST_ISSUER_MISMATCH', 'a list was kept under the name of another');
  return held;
}

/** Of each list the newer one; `held` itself where nothing is newer. */
export function newerLists(held: HeldLists, others: HeldLists): HeldLists {
  const newer = [...others].filter(([uri, other]) => isNewer(other, held.get(uri)));
  return newer.length === 0 ? held : new Map([...held, ...newer]);
}

/** Seconds after which a list that no package names any more, and nobody has signed since, is over: everything in it has expired. */
const OVER_AFTER = 3600;

/** Those that are not over by a package made at `madeAt` (seconds since the epoch); `held` itself where none is. */
export function withoutOver(held: HeldLists, named: ReadonlySet<string>, madeAt: number): HeldLists {
  const living = [...held].filter(([uri, { list }]) => named.has(uri) || list.issuedAt > madeAt - OVER_AFTER);
  return living.length === held.size ? held : new Map(living);
}

const isNewer = ({ list: one }: HeldList, other: HeldList | undefined): boolean =>
  other === undefined || one.version > other.list.version || (one.version === other.list.version && one.issuedAt > other.list.issuedAt);
