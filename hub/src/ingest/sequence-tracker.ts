/** A closed range of sequence numbers. */
export interface SequenceRange {
  readonly first: number;
  readonly last: number;
}

/** How much one request for missing numbers may name. */
export interface MissingLimits {
  readonly ranges: number;
  /** Sequence numbers in all ranges together. */
  readonly numbers: number;
}

/** Which sequence numbers of one issuer are held: everything up to `contiguous`, and ranges above it. Memory grows with holes, not with numbers. */
export class SequenceTracker {
  #contiguous: number;
  /** Disjoint, not adjacent, ascending, all above contiguous + 1. */
  readonly #above: { first: number; last: number }[];

  /** `above`: disjoint and ascending, as read from the database. */
  constructor(contiguous = 0, above: readonly SequenceRange[] = []) {
    this.#contiguous = contiguous;
    this.#above = above.map(({ first, last }) => ({ first, last }));
    this.#absorb();
  }

  /** Last number with nothing missing before it; 0 = none. */
  get contiguous(): number {
    return this.#contiguous;
  }

  /** Highest number held; 0 = none. */
  get highest(): number {
    return this.#above.at(-1)?.last ?? this.#contiguous;
  }

  /** Whether `sequence` is held. */
  has(sequence: number): boolean {
    if (sequence <= this.#contiguous) return true;
    const range = this.#above[this.#position(sequence)];
    return range !== undefined && range.first <= sequence;
  }

  /** Notes that `sequence` (from 1) is held. False when it was already. */
  add(sequence: number): boolean {
    if (this.has(sequence)) return false;
    if (sequence === this.#contiguous + 1) {
      this.#contiguous = sequence;
      this.#absorb();
      return true;
    }
    const position = this.#position(sequence);
    const before = this.#above[position - 1];
    const after = this.#above[position];
    const extendsBefore = before?.last === sequence - 1;
    const extendsAfter = after?.first === sequence + 1;
    if (before !== undefined && extendsBefore && after !== undefined && extendsAfter) {
      before.last = after.last;
      this.#above.splice(position, 1);
    } else if (before !== undefined && extendsBefore) before.last = sequence;
    else if (after !== undefined && extendsAfter) after.first = sequence;
    else this.#above.splice(position, 0, { first: sequence, last: sequence });
    return true;
  }

  /** What is missing up to `highest` inclusive, lowest first, cut to `limits`. */
  missing(highest: number, limits: MissingLimits): readonly SequenceRange[] {
    const missing: SequenceRange[] = [];
    let left = limits.numbers;
    let next = this.#contiguous + 1;
    for (const { first, last } of [...this.#above, { first: highest + 1, last: highest }]) {
      const end = Math.min(first - 1, highest, next + left - 1);
      if (missing.length === limits.ranges || left === 0 || next > highest) break;
      if (next <= end) {
        missing.push({ first: next, last: end });
        left -= end - next + 1;
      }
      next = last + 1;
    }
    return missing;
  }

  /** Position of the first range that ends at or after `sequence`. */
  #position(sequence: number): number {
    let low = 0;
    let high = this.#above.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#above[middle]?.last ?? 0) < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #absorb(): void {
    let first = this.#above[0];
    while (first !== undefined && first.first <= this.#contiguous + 1) {
      this.#contiguous = Math.max(this.#contiguous, first.last);
      this.#above.shift();
      first = this.#above[0];
    }
  }
}
