/** Numbers that place keys; drawn at random once a process, so that nobody outside can choose keys that collide. */
export type PlacementSeed = readonly [number, number];

/** At most this share of a table is taken; above it, it doubles. */
const MAX_LOAD = 0.6;

/** A slot that is not there. */
export const NO_SLOT = -1;

/**
 * Open addressing with linear probing over slot numbers alone: the keys stay in the rows of the index, which says whether
 * a slot has the key that is looked for. 4 bytes a place, 6.7 to 13.3 bytes an entry; no object a key, nothing for the
 * garbage collector to walk.
 */
export class SlotTable {
  readonly #first: number;
  readonly #second: number;
  /** slot + 1; 0 is a free place. */
  #places: Uint32Array;
  #mask: number;
  #taken = 0;

  constructor(seed: PlacementSeed, expected: number) {
    this.#first = seed[0] | 1;
    this.#second = seed[1] | 1;
    let size = 16;
    while (size * MAX_LOAD < expected) size *= 2;
    this.#places = new Uint32Array(size);
    this.#mask = size - 1;
  }

  /** Memory held. */
  get byteLength(): number {
    return this.#places.byteLength;
  }

  /** Where probing for a key with these two words begins. */
  start(wordA: number, wordB: number): number {
    let mixed = Math.imul(wordA ^ this.#second, this.#first) ^ Math.imul(wordB ^ this.#first, this.#second);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x2c1b3c6d);
    return (mixed ^ (mixed >>> 13)) & this.#mask;
  }

  /** The place after `place`. */
  next(place: number): number {
    return (place + 1) & this.#mask;
  }

  /** The slot at `place`, or {@link NO_SLOT}. */
  slotAt(place: number): number {
    return (this.#places[place] ?? 0) - 1;
  }

  /** Another slot under the same key. */
  replace(place: number, slot: number): void {
    this.#places[place] = slot + 1;
  }

  /** Takes a free place. `rehash` gives the start of every slot when the table has to double. */
  take(place: number, slot: number, rehash: (slot: number) => number): void {
    this.#places[place] = slot + 1;
    this.#taken += 1;
    if (this.#taken > this.#places.length * MAX_LOAD) this.#double(rehash);
  }

  #double(rehash: (slot: number) => number): void {
    const former = this.#places;
    this.#places = new Uint32Array(former.length * 2);
    this.#mask = this.#places.length - 1;
    for (const value of former) {
      if (value === 0) continue;
      let place = rehash(value - 1);
      while (this.#places[place] !== 0) place = this.next(place);
      this.#places[place] = value;
    }
  }
}
