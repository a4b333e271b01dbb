import { SHARD_ENTRIES, type ListedStatus } from '@health-code/attestation';
import type { HeldList } from './held-list.js';

/** A list has changed, or its province vouches for it anew. */
export interface ListChange {
  readonly held: HeldList;
  /** What its province sent. */
  readonly token: string;
  /** When the province made the change, by its own clock, milliseconds since the epoch; 0 where it was only signed anew. */
  readonly changedAt: number;
}

/** Told of each change once the hub answers by it. */
export type ListListener = (change: ListChange) => void;

/** One list as a verdict reads it: a byte and two shifts, since every scan asks. A verified list has two bits for each entry. */
class ReadyList {
  readonly issuedAt: number;
  /** Sequence number of the first entry. */
  readonly #first: number;
  readonly #size: number;
  readonly #bytes: Uint8Array;

  constructor({ list: { issuedAt, shard, bits } }: HeldList) {
    this.issuedAt = issuedAt;
    this.#first = shard * SHARD_ENTRIES + 1;
    this.#size = bits.size;
    this.#bytes = bits.bytes;
  }

  statusOf(sequence: number): ListedStatus | undefined {
    const index = sequence - this.#first;
    if (!(index >= 0 && index < this.#size)) return undefined;
    const value = ((this.#bytes[index >>> 2] ?? 0) >>> ((index & 3) << 1)) & 3;
    if (value === 0) return 'valid';
    return value === 2 ? 'suspended' : 'invalid';
  }
}

/** In place of a list that is not held of a province that publishes lists: known is only when it last signed one. */
class MissingList {
  issuedAt = 0;

  statusOf(): undefined {
    return undefined;
  }
}

/** What is held of one province. */
interface IssuerLists {
  readonly byShard: Map<number, ReadyList>;
  readonly missing: MissingList;
}

/** Every province's status lists in memory: a verdict looks its attestation up here, without a promise, an allocation or the database. */
export class StatusLists {
  readonly #byUri = new Map<string, HeldList>();
  /** Whoever has published a list stays here until a restart: without one of its lists nobody knows what it suspended. */
  readonly #byIssuer = new Map<string, IssuerLists>();
  readonly #listeners = new Set<ListListener>();

  /** What the issuer's list says of an attestation; `undefined` where there is no list for its place, or it ends before it. */
  statusOf(issuer: string, sequence: number): ListedStatus | undefined {
    return this.listOf(issuer, sequence)?.statusOf(sequence);
  }

  /** Until when the issuer stands by its lists, as an attestation goes by them; seconds since the epoch, 0 where it has never published any. */
  vouchedAt(issuer: string, sequence: number): number {
    return this.listOf(issuer, sequence)?.issuedAt ?? 0;
  }

  /** The list that an attestation has its place in; where that is missing one that has no place for it. `undefined` where the issuer has never published any. */
  listOf(issuer: string, sequence: number): ReadyList | MissingList | undefined {
    const own = this.#byIssuer.get(issuer);
    return own && (own.byShard.get(Math.floor((sequence - 1) / SHARD_ENTRIES)) ?? own.missing);
  }

  /** How many lists of an issuer are held. */
  countOf(issuer: string): number {
    return this.#byIssuer.get(issuer)?.byShard.size ?? 0;
  }

  /** A list by its URI. */
  find(uri: string): HeldList | undefined {
    return this.#byUri.get(uri);
  }

  /** Every list, by issuer and shard. */
  all(): readonly HeldList[] {
    return [...this.#byUri.values()].sort(({ list: one }, { list: other }) => (one.issuer === other.issuer ? one.shard - other.shard : one.issuer < other.issuer ? -1 : 1));
  }

  /** `listener` is told of every change. @returns ends that */
  onChange(listener: ListListener): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  /** Answers by this from now on, and tells whoever listens. */
  put(change: ListChange): void {
    const { uri, issuer, shard, issuedAt } = change.held.list;
    this.#byUri.set(uri, change.held);
    const own = this.#byIssuer.get(issuer) ?? { byShard: new Map<number, ReadyList>(), missing: new MissingList() };
    own.byShard.set(shard, new ReadyList(change.held));
    own.missing.issuedAt = Math.max(own.missing.issuedAt, issuedAt);
    this.#byIssuer.set(issuer, own);
    for (const listener of this.#listeners) listener(change);
  }

  /** Forgets a list that its province does not publish any more: everything in it has expired. */
  remove(uri: string): void {
    const held = this.#byUri.get(uri);
    if (held === undefined) return;
    this.#byUri.delete(uri);
    this.#byIssuer.get(held.list.issuer)?.byShard.delete(held.list.shard);
  }
}
