import { MAXIMUM_DELTA_CHANGES, StatusBits } from '@health-code/attestation';
import { placeOf, type ListChange, type ListHead, type StatusSetting } from './list-change.js';

/** For so long a list's past is remembered, in milliseconds: who holds a version of that time is told only what changed since. */
export const REMEMBERED_MS = 3_600_000;

/** A version as it was written down. */
export interface RecordedChange extends ListChange {
  /** Rises with every change of any list. */
  readonly id: number;
  /** Milliseconds since the epoch. */
  readonly changedAt: number;
}

/** A list as it was written down. */
export interface RecordedList {
  readonly head: ListHead;
  /** Everything that is not valid. */
  readonly settings: readonly StatusSetting[];
  /** The latest versions, in order; the last is that of the head. */
  readonly recent: readonly RecordedChange[];
}

/** What leads from an earlier version to the one now. */
export interface Difference {
  readonly from: number;
  /** Absolute settings, each index once. */
  readonly changes: readonly (readonly [index: number, status: number])[];
}

/** A list with its latest past. */
export class KeptList {
  readonly shard: number;
  readonly bits: StatusBits;
  #version: number;
  #past: RecordedChange[] = [];

  private constructor(shard: number, version: number, bits: StatusBits) {
    this.shard = shard;
    this.#version = version;
    this.bits = bits;
  }

  /** Before its first version: nothing is in it. */
  static begin(shard: number): KeptList {
    return new KeptList(shard, 0, StatusBits.create(0));
  }

  /** As it was written down. */
  static of({ head, settings, recent }: RecordedList): KeptList {
    const bits = StatusBits.create(head.size);
    for (const { sequence, status } of settings) bits.set(placeOf(sequence), status);
    const list = new KeptList(head.shard, head.version, bits);
    list.#past = [...recent];
    return list;
  }

  /** From 1; 0 before the first. */
  get version(): number {
    return this.#version;
  }

  /** Goes on to the next version. @returns false, and changes nothing, for any other version than that */
  follow(change: RecordedChange): boolean {
    if (change.version !== this.#version + 1) return false;
    this.bits.grow(change.size);
    change.places.forEach((place, position) => {
      this.bits.set(place, change.statuses[position] ?? 0);
    });
    this.#version = change.version;
    this.#past.push(change);
    return true;
  }

  /**
   * The past that is worth telling: not older than {@link REMEMBERED_MS}, and no more changes than one delta holds.
   *
   * @param now milliseconds since the epoch
   */
  forget(now: number): void {
    let kept = this.#past.length;
    let told = 0;
    for (; kept > 0; kept -= 1) {
      const change = this.#past[kept - 1];
      told += change?.places.length ?? 0;
      if (change === undefined || told > MAXIMUM_DELTA_CHANGES || change.changedAt < now - REMEMBERED_MS) break;
    }
    this.#past.splice(0, kept);
  }

  /** The earliest version that a delta can lead on from; the present one where nothing before it is remembered. */
  get remembered(): number {
    const [first] = this.#past;
    return first === undefined ? this.#version : Math.max(first.version - 1, 1);
  }

  /** What changed since `from`; undefined where that is not remembered, or too much for a delta. */
  differenceFrom(from: number): Difference | undefined {
    if (from >= this.#version || from < this.remembered) return undefined;
    const indices = new Set(this.#past.filter(({ version }) => version > from).flatMap(({ places }) => places));
    if (indices.size > MAXIMUM_DELTA_CHANGES) return undefined;
    return { from, changes: [...indices].sort((one, other) => one - other).map((index) => [index, this.bits.get(index) ?? 0] as const) };
  }

  /** When the province first changed something after `from`, milliseconds since the epoch; 0 where it changed nothing. */
  changedSince(from: number): number {
    const changes = this.#past.filter(({ version, isSignedAnew, places }) => version > from && !isSignedAnew && places.length > 0);
    return changes.length === 0 ? 0 : Math.min(...changes.map(({ changedAt }) => changedAt));
  }
}
