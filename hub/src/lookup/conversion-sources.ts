const CHUNK_BITS = 12;
const CHUNK_ENTRIES = 1 << CHUNK_BITS;

// An entry is 4 words: the slot of a converted statement; sequence number and time of issue of the statement it was made from.
const SLOT = 0;
const SEQUENCE_LOW = 1;
const SEQUENCE_HIGH = 2;
const ISSUED_AT = 3;
const ENTRY = 4;
const WORD = 0x1_0000_0000;

/**
 * 转码来源 by slot, beside the rows of the index: 16 bytes for each converted statement and none for any other. Slots are
 * given in rising order, so that they are found by halving, without a table of their own.
 */
export class ConversionSources {
  readonly #chunks: Uint32Array[] = [];
  #size = 0;

  /** Memory held. */
  get byteLength(): number {
    return this.#chunks.length * CHUNK_ENTRIES * ENTRY * 4;
  }

  /** Takes the source of a slot that is greater than every one taken before. */
  append(slot: number, sequence: number, issuedAt: number): void {
    if (this.#size >>> CHUNK_BITS === this.#chunks.length) this.#chunks.push(new Uint32Array(CHUNK_ENTRIES * ENTRY));
    const chunk = this.#chunks[this.#size >>> CHUNK_BITS];
    const at = (this.#size & (CHUNK_ENTRIES - 1)) * ENTRY;
    this.#size += 1;
    chunk?.set([slot, sequence % WORD, Math.floor(sequence / WORD), issuedAt], at);
  }

  /** The sequence number of the source of a slot; 0, which is none, where the slot was not converted. */
  sequenceOf(slot: number): number {
    const entry = this.#find(slot);
    return entry === undefined ? 0 : this.#word(entry, SEQUENCE_HIGH) * WORD + this.#word(entry, SEQUENCE_LOW);
  }

  /** When the source of a slot was issued, seconds since the epoch; 0 where the slot was not converted. */
  issuedAtOf(slot: number): number {
    const entry = this.#find(slot);
    return entry === undefined ? 0 : this.#word(entry, ISSUED_AT);
  }

  #find(slot: number): number | undefined {
    let from = 0;
    let to = this.#size;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#word(middle, SLOT) < slot) from = middle + 1;
      else to = middle;
    }
    return from < this.#size && this.#word(from, SLOT) === slot ? from : undefined;
  }

  #word(entry: number, column: number): number {
    return this.#chunks[entry >>> CHUNK_BITS]?.[(entry & (CHUNK_ENTRIES - 1)) * ENTRY + column] ?? 0;
  }
}
