import type { StatusList } from '@health-code/attestation';

/** A token of a province that leads from one version of a list to a later one. */
export interface HeldDelta {
  /** The earliest version it can be applied to. */
  readonly from: number;
  readonly version: number;
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  readonly token: string;
}

/** A status list as the hub answers by it, and the tokens of its province that it hands on. Nothing of it changes. */
export interface HeldList {
  /** As of the last token. */
  readonly list: StatusList;
  /** The last token that says the list as a whole; deltas lead on from it where the list is of a later version. */
  readonly snapshot: { readonly version: number; readonly token: string };
  /** In the order they came; none that another one spans. */
  readonly deltas: readonly HeldDelta[];
  /** Key that vouches for `list` (RFC 7638): that of the last token. */
  readonly kid: string;
}

/** Bounds on the deltas of one list: what a province of ten thousand changes a minute needs, and no more for one that floods. */
export const DELTAS_KEPT = { count: 4096, characters: 4 * 1024 * 1024 } as const;

/** Lists of one province that are held at once, whatever their numbers: 2.7 × 10⁸ attestations that have not expired. */
export const SHARDS_MAX = 256;

/** What an index of lists says of one. Times in seconds since the epoch. */
export interface ListDescription {
  readonly uri: string;
  readonly issuer: string;
  readonly shard: number;
  readonly version: number;
  readonly issuedAt: number;
  /** Entries. */
  readonly size: number;
  /** SHA-256 of the uncompressed bits, base64url. */
  readonly digest: string;
}

/** A list without its bits. */
export const describeList = ({ list: { uri, issuer, shard, version, issuedAt, bits, digest } }: HeldList): ListDescription => ({
  uri, issuer, shard, version, issuedAt, size: bits.size, digest,
});

/** The deltas and one more: those that it spans are left out, and the oldest beyond {@link DELTAS_KEPT}. */
export function withDelta(deltas: readonly HeldDelta[], next: HeldDelta): readonly HeldDelta[] {
  const kept = deltas.filter(({ from, version }) => from < next.from || version > next.version);
  kept.push(next);
  let characters = kept.reduce((sum, { token }) => sum + token.length, 0);
  let first = 0;
  while (kept.length - first > DELTAS_KEPT.count || (characters > DELTAS_KEPT.characters && first < kept.length - 1)) {
    characters -= kept[first]?.token.length ?? 0;
    first += 1;
  }
  return first === 0 ? kept : kept.slice(first);
}

/**
 * The fewest deltas that lead from `after` to what is held; `undefined` where none do and the whole list is needed. For whoever
 * holds that version already, the one that last vouched for it.
 */
export function leadOn({ list, deltas, snapshot }: HeldList, after: number): readonly HeldDelta[] | undefined {
  if (after > list.version) return undefined;
  const chain: HeldDelta[] = [];
  const later = deltas.filter(({ version }) => version > after).sort((one, other) => one.from - other.from);
  let found: HeldDelta | undefined;
  let looked = 0;
  for (let reached = after; reached < list.version; reached = found.version) {
    // Those that begin here or before, each looked at once: whoever asks has no right to the hub's time.
    for (; (later[looked]?.from ?? Infinity) <= reached; looked += 1) found = furthest(later[looked], found);
    if (found === undefined || found.version <= reached) return undefined;
    chain.push(found);
  }
  if (chain.length > 0 || snapshot.version > after) return chain;
  const last = deltas.at(-1);
  return last !== undefined && last.version === after ? [last] : [];
}

/** Of those that reach equally far the one that begins last: it is the shortest. `one` begins no earlier than `other`. */
function furthest(one: HeldDelta | undefined, other: HeldDelta | undefined): HeldDelta | undefined {
  return one === undefined || (other !== undefined && other.version > one.version) ? other : one;
}
