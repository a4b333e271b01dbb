import { LIST_GRAIN, SHARD_ENTRIES, STATUS_VALUES } from '@health-code/attestation';

/** Seconds to which the end of a list is rounded up, so that it is written down once an hour and not for every attestation. */
const END_STEP = 3600;

/** A list as the table of lists has it. */
export interface ListHead {
  readonly shard: number;
  /** From 1, one more for each change and each signing anew. */
  readonly version: number;
  /** Entries. */
  readonly size: number;
  /** Seconds since the epoch: every attestation of the list has expired by then. */
  readonly endsAt: number;
}

/** What an attestation's place in its list becomes. */
export interface StatusSetting {
  readonly sequence: number;
  /** One of {@link STATUS_VALUES}. */
  readonly status: number;
}

/** One version of a list, as against the one before. */
export interface ListChange {
  readonly shard: number;
  readonly version: number;
  readonly size: number;
  /** Index within the list and what stands there now, in pairs of the same position. */
  readonly places: readonly number[];
  readonly statuses: readonly number[];
  /** The province changed nothing: the list was signed anew, or cleared of what has expired. */
  readonly isSignedAnew: boolean;
}

/** What is written down of the lists. */
export interface ListUpdates {
  /** Those that are not as they were. */
  readonly heads: readonly ListHead[];
  readonly changes: readonly ListChange[];
}

/** Which list an attestation is in, from 0. */
export const shardOf = (sequence: number): number => Math.floor((sequence - 1) / SHARD_ENTRIES);

/** Its place there, from 0. */
export const placeOf = (sequence: number): number => (sequence - 1) % SHARD_ENTRIES;

const sizeFor = (sequence: number): number => Math.min(SHARD_ENTRIES, Math.ceil((placeOf(sequence) + 1) / LIST_GRAIN) * LIST_GRAIN);
const endFor = (expiresAt: number): number => Math.ceil(expiresAt / END_STEP) * END_STEP;

/** What belongs to each list. */
function byShard<T>(all: readonly T[], sequenceOf: (each: T) => number): ReadonlyMap<number, readonly T[]> {
  const groups = new Map<number, T[]>();
  for (const each of all) {
    const shard = shardOf(sequenceOf(each));
    const group = groups.get(shard);
    if (group === undefined) groups.set(shard, [each]);
    else group.push(each);
  }
  return groups;
}

/**
 * The lists after attestations were issued and statuses set. A list that grew, or in which something changed, has one version more.
 *
 * @param heads those of the shards concerned that there are
 * @param issued new attestations; `expiresAt` in seconds since the epoch
 * @param settings each attestation once, each a change
 */
export function planUpdates(heads: readonly ListHead[], issued: readonly { readonly sequence: number; readonly expiresAt: number }[], settings: readonly StatusSetting[]): ListUpdates {
  const before = new Map(heads.map((head) => [head.shard, head]));
  const sizes = new Map<number, number>();
  const ends = new Map<number, number>();
  const raise = (of: Map<number, number>, shard: number, value: number): void => {
    of.set(shard, Math.max(of.get(shard) ?? 0, value));
  };
  for (const { sequence, expiresAt } of issued) {
    raise(sizes, shardOf(sequence), sizeFor(sequence));
    raise(ends, shardOf(sequence), endFor(expiresAt));
  }
  const set = byShard(settings, ({ sequence }) => sequence);
  const updates: { heads: ListHead[]; changes: ListChange[] } = { heads: [], changes: [] };
  for (const shard of [...new Set([...sizes.keys(), ...set.keys()])].sort((one, other) => one - other)) {
    const head = before.get(shard);
    const changed = set.get(shard) ?? [];
    const size = Math.max(head?.size ?? LIST_GRAIN, sizes.get(shard) ?? 0);
    const endsAt = Math.max(head?.endsAt ?? 0, ends.get(shard) ?? 0);
    const hasChanged = changed.length > 0 || size !== head?.size;
    if (!hasChanged && endsAt === head.endsAt) continue;
    const version = (head?.version ?? 0) + (hasChanged ? 1 : 0);
    updates.heads.push({ shard, version, size, endsAt });
    if (hasChanged) updates.changes.push({ shard, version, size, places: changed.map(({ sequence }) => placeOf(sequence)), statuses: changed.map(({ status }) => status), isSignedAnew: false });
  }
  return updates;
}

/** One version more of every list, cleared of the attestations that have expired. @param expired sequence numbers */
export function planSigningAnew(heads: readonly ListHead[], expired: readonly number[]): ListUpdates {
  const cleared = byShard(expired, (sequence) => sequence);
  const next = heads.map((head) => ({ ...head, version: head.version + 1 }));
  const changes = next.map(({ shard, version, size }) => {
    const places = (cleared.get(shard) ?? []).map(placeOf);
    return { shard, version, size, places, statuses: places.map(() => STATUS_VALUES.valid), isSignedAnew: true };
  });
  return { heads: next, changes };
}
