import { encodeBase64Url } from '../base64url.js';
import { WEB_CRYPTO, type SignaturePlatform } from '../signature-platform.js';

/** Bits of each status in our lists: valid, invalid, suspended, and one that is not used. */
export const BITS_PER_STATUS = 2;

/** A list has a multiple of so many entries, so that its size does not tell how many attestations there are. */
export const LIST_GRAIN = 8192;

const BYTE = 8;

/** Token Status List 4.1: what a status may take of a byte. */
export type BitsPerStatus = 1 | 2 | 4 | 8;

/**
 * The statuses of one list, uncompressed (Token Status List 4.1): entry 0 stands in the lowest bits of byte 0. Mutable, because
 * the issuer sets single entries of a million; whoever keeps one hands out {@link StatusBits.clone}.
 */
export class StatusBits {
  readonly bitsPerStatus: BitsPerStatus;
  readonly #mask: number;
  #bytes: Uint8Array;

  private constructor(bytes: Uint8Array, bitsPerStatus: BitsPerStatus) {
    this.#bytes = bytes;
    this.bitsPerStatus = bitsPerStatus;
    this.#mask = (1 << bitsPerStatus) - 1;
  }

  /** All valid. `size` in entries, rounded up to a multiple of {@link LIST_GRAIN}. */
  static create(size: number): StatusBits {
    return new StatusBits(new Uint8Array(bytesFor(size)), BITS_PER_STATUS);
  }

  /** Takes the bytes as they are, and keeps them. */
  static fromBytes(bytes: Uint8Array, bitsPerStatus: BitsPerStatus): StatusBits {
    return new StatusBits(bytes, bitsPerStatus);
  }

  /** In entries. */
  get size(): number {
    return (this.#bytes.length * BYTE) / this.bitsPerStatus;
  }

  /** The list's own, not a copy. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** `undefined` for what is no index of this list. */
  get(index: number): number | undefined {
    if (!this.#has(index)) return undefined;
    const bit = index * this.bitsPerStatus;
    return ((this.#bytes[Math.floor(bit / BYTE)] ?? 0) >> (bit % BYTE)) & this.#mask;
  }

  /** @throws {RangeError} for what is no index of this list, or no status of so many bits: a mistake of the caller. */
  set(index: number, status: number): void {
    if (!this.#has(index) || !Number.isInteger(status) || status < 0 || status > this.#mask) throw new RangeError('no such entry or status');
    const bit = index * this.bitsPerStatus;
    const at = Math.floor(bit / BYTE);
    const shift = bit % BYTE;
    this.#bytes[at] = ((this.#bytes[at] ?? 0) & ~(this.#mask << shift)) | (status << shift);
  }

  /** To at least so many entries, rounded up like {@link StatusBits.create}; the new ones are valid. Never shrinks. */
  grow(size: number): void {
    const length = bytesFor(size, this.bitsPerStatus);
    if (length <= this.#bytes.length) return;
    const grown = new Uint8Array(length);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  /** Shares nothing with this one. */
  clone(): StatusBits {
    return new StatusBits(this.#bytes.slice(), this.bitsPerStatus);
  }

  /** SHA-256 over {@link StatusBits.bytes}, base64url: claim `dig` of a list. */
  async digest(platform: SignaturePlatform = WEB_CRYPTO): Promise<string> {
    return encodeBase64Url(await platform.sha256(this.#bytes));
  }

  #has(index: number): boolean {
    return Number.isInteger(index) && index >= 0 && index < this.size;
  }
}

function bytesFor(size: number, bitsPerStatus: BitsPerStatus = BITS_PER_STATUS): number {
  return (Math.ceil(size / LIST_GRAIN) * LIST_GRAIN * bitsPerStatus) / BYTE;
}
