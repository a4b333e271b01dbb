import { KIND_TABLE, type AttestationKind } from '@health-code/attestation';
import { ConversionSources } from './conversion-sources.js';
import { digestFromBytes, digestWord, subjectKeyOf } from './digest.js';
import type { AttestationSink, IndexedAttestation } from './lookup.js';
import { NO_SLOT, SlotTable, type PlacementSeed } from './slot-table.js';
import { TermsDictionary, type Terms, type TermsRoom } from './terms.js';

// A row is 19 words (76 bytes): everything a verdict needs lies in two cache lines.
const TOKEN = 0;
const SUBJECT = 4;
const CONTENT = 8;
const SEQUENCE_LOW = 12;
const SEQUENCE_HIGH = 13;
const TERMS = 14;
const ISSUED_AT = 15;
const EXPIRES_AT = 16;
const RING = 17;
const SINCE = 18;
const ROW = 19;

/** In place of a ring: a later sequence of the same issuer, subject and kind says something else. */
const SUPERSEDED = 0xffff_ffff;
/** In place of a ring, with the slot added: that later one says the same. What becomes of it becomes of this row too, so that a word once taken back stays so. */
const RENEWED = 0x8000_0000;
const WORD = 0x1_0000_0000;

// Rows live in chunks, so that growing never copies them.
const CHUNK_BITS = 15;
const CHUNK_ROWS = 1 << CHUNK_BITS;

const clampToWord = (seconds: number): number => Math.min(Math.max(seconds, 0), WORD - 1);

/**
 * The attestations of the ledger, in typed arrays: found by token, by (issuer, sequence), by subject and kind. Kinds are
 * subjects of their own here: nothing of one kind supersedes, or stands in a ring with, anything of another.
 *
 * Memory: 76 bytes a row and three tables of 6.7 to 13.3 bytes an entry: 96 to 116 bytes an attestation, 16 more for a
 * converted one, nothing of it seen by the garbage collector.
 *
 * Digests are cut to 128 bits. That is safe here. A stranger who wants another text or another reference to be taken for
 * a known one needs a second preimage: 2^128 / n tries, out of reach for any n. A collision of two texts of one's own
 * takes 2^64 tries, and only an issuer could use it, by committing one and showing the other: it would be judged by the
 * facts of the one in the ledger, which that issuer signed, so nothing is gained. What is kept as evidence (the ledger,
 * equivocations) compares the whole 256 bits in the database.
 */
export class AttestationIndex implements AttestationSink {
  readonly #chunks: Uint32Array[] = [];
  readonly #terms: TermsDictionary;
  readonly #issuers: string[] = [];
  readonly #sources = new ConversionSources();
  readonly #byToken: SlotTable;
  readonly #bySequence: SlotTable;
  readonly #bySubject: SlotTable;
  #size = 0;

  /** `expected` entries fit before a table doubles; `room` as in {@link TermsDictionary}. */
  constructor(seed: PlacementSeed, expected = 0, room?: TermsRoom) {
    this.#terms = new TermsDictionary(room);
    this.#byToken = new SlotTable(seed, expected);
    this.#bySequence = new SlotTable(seed, expected);
    this.#bySubject = new SlotTable(seed, expected);
  }

  /** Attestations held, superseded ones included. */
  get size(): number {
    return this.#size;
  }

  /** Memory held in typed arrays. */
  get byteLength(): number {
    const tables = this.#byToken.byteLength + this.#bySequence.byteLength + this.#bySubject.byteLength;
    return this.#chunks.length * CHUNK_ROWS * ROW * 4 + tables + this.#sources.byteLength;
  }

  /** The slot of a token whose text has this digest ({@link digestOf}), byte for byte; else {@link NO_SLOT}. */
  findToken(digest: string): number {
    return this.#findDigest(this.#byToken, TOKEN, digest);
  }

  /** The slot of an attestation by its identity; else {@link NO_SLOT}. */
  findSequence(issuer: string, sequence: number): number {
    const table = this.#bySequence;
    const low = sequence % WORD;
    const high = Math.floor(sequence / WORD);
    let place = table.start(low, high ^ (this.#issuers.indexOf(issuer) << 21));
    for (let slot = table.slotAt(place); slot !== NO_SLOT; slot = table.slotAt(place)) {
      if (this.#word(slot, SEQUENCE_LOW) === low && this.#word(slot, SEQUENCE_HIGH) === high && this.terms(slot).issuer === issuer) return slot;
      place = table.next(place);
    }
    return NO_SLOT;
  }

  /** One of the current attestations of a kind about a subject, the others by {@link nextCurrent}; {@link NO_SLOT} when there is none. */
  findSubject(subject: string, kind: AttestationKind): number {
    return this.#findDigest(this.#bySubject, SUBJECT, subjectKeyOf(subject, kind));
  }

  /** Whether two slots are about the same subject and of the same kind. */
  isSameSubject(one: number, other: number): boolean {
    return this.#sameDigest(one, other, SUBJECT);
  }

  /**
   * The current attestation of the next issuer about the same subject and of the same kind. They form a ring: it leads back to `slot`, at once
   * where no other issuer has spoken. A slot that is not current leads to itself: ask {@link currentOf} first.
   */
  nextCurrent(slot: number): number {
    const next = this.#word(slot, RING);
    return next >= RENEWED ? slot : next;
  }

  /** Where a slot stands in its ring: itself; of a renewed one, the last that says the same. A superseded slot stands in none, and leads to a superseded one. */
  currentOf(slot: number): number {
    let at = slot;
    for (let ring = this.#word(at, RING); ring >= RENEWED && ring !== SUPERSEDED; ring = this.#word(at, RING)) at = ring - RENEWED;
    return at;
  }

  /** What a slot says in the words that others share. */
  terms(slot: number): Terms {
    return this.#terms.get(this.#word(slot, TERMS));
  }

  /** Sequence number of a slot. */
  sequence(slot: number): number {
    return this.#word(slot, SEQUENCE_HIGH) * WORD + this.#word(slot, SEQUENCE_LOW);
  }

  /** Seconds since the epoch, as in the two below. */
  issuedAt(slot: number): number { return this.#word(slot, ISSUED_AT); }
  expiresAt(slot: number): number { return this.#word(slot, EXPIRES_AT); }
  since(slot: number): number { return this.#word(slot, SINCE); }

  /** Sequence number of the statement that a converted one was made from, `Terms.sourceIssuer` being its issuer; 0 where a slot was not converted. */
  sourceSequence(slot: number): number {
    return this.#sources.sequenceOf(slot);
  }

  /** When that statement was issued, as the converted one says; seconds since the epoch, 0 where a slot was not converted. */
  sourceIssuedAt(slot: number): number {
    return this.#sources.issuedAtOf(slot);
  }

  /** Whether the same issuer has ever said something else since, about the same subject and of the same kind. A renewal takes nothing back. */
  isSuperseded(slot: number): boolean {
    return this.#word(this.currentOf(slot), RING) === SUPERSEDED;
  }

  /** Whether a slot was made from a payload with this SHA-256. */
  hasContent(slot: number, contentDigest: Uint8Array): boolean {
    return this.#matches(slot, CONTENT, digestFromBytes(contentDigest));
  }

  /** Takes a committed attestation, in any order; one whose (issuer, sequence) is held already changes nothing. @returns its slot, or {@link NO_SLOT} */
  insert({ claims, tokenDigest, contentDigest }: IndexedAttestation): number {
    if (this.findSequence(claims.issuer, claims.sequence) !== NO_SLOT) return NO_SLOT;
    const slot = this.#size;
    if (slot >>> CHUNK_BITS === this.#chunks.length) this.#chunks.push(new Uint32Array(CHUNK_ROWS * ROW));
    this.#size += 1;
    if (!this.#issuers.includes(claims.issuer)) this.#issuers.push(claims.issuer);
    this.#writeDigest(slot, TOKEN, digestFromBytes(tokenDigest));
    this.#writeDigest(slot, SUBJECT, subjectKeyOf(claims.subject, claims.kind));
    this.#writeDigest(slot, CONTENT, digestFromBytes(contentDigest));
    this.#write(slot, SEQUENCE_LOW, claims.sequence % WORD);
    this.#write(slot, SEQUENCE_HIGH, Math.floor(claims.sequence / WORD));
    this.#write(slot, TERMS, this.#terms.intern(claims));
    this.#write(slot, ISSUED_AT, clampToWord(claims.issuedAt));
    this.#write(slot, EXPIRES_AT, clampToWord(claims.expiresAt));
    this.#write(slot, SINCE, clampToWord(claims.since));
    this.#write(slot, RING, slot);
    if (claims.source !== undefined) this.#sources.append(slot, claims.source.sequence, clampToWord(claims.source.issuedAt));
    this.#takeFree(this.#byToken, slot, this.#startOfToken);
    this.#takeFree(this.#bySequence, slot, this.#startOfSequence);
    this.#joinSubject(slot, claims.issuer);
    if (claims.supersedes !== undefined) this.#standBetween(slot, this.findSequence(claims.issuer, claims.supersedes));
    return slot;
  }

  /**
   * Marks an attestation whose key was revoked; from here on {@link terms} says so. It keeps its place: what it superseded
   * stays superseded, since nobody knows which of both was the issuer's last word.
   * @returns whether it is held
   */
  revoke(issuer: string, sequence: number): boolean {
    const slot = this.findSequence(issuer, sequence);
    if (slot === NO_SLOT) return false;
    this.#write(slot, TERMS, this.#terms.revoke(this.#word(slot, TERMS)));
    return true;
  }

  /** The highest sequence of an issuer about a subject is its current one, in whatever order they arrive. */
  #joinSubject(slot: number, issuer: string): void {
    const table = this.#bySubject;
    let place = this.#startOfSubject(slot);
    let head = table.slotAt(place);
    while (head !== NO_SLOT && !this.#sameDigest(head, slot, SUBJECT)) {
      place = table.next(place);
      head = table.slotAt(place);
    }
    if (head === NO_SLOT) {
      table.take(place, slot, this.#startOfSubject);
      return;
    }
    let before = head;
    do {
      const member = this.#word(before, RING);
      if (this.terms(member).issuer === issuer) {
        this.#supersede(before, member, slot, place);
        return;
      }
      before = member;
    } while (before !== head);
    this.#write(slot, RING, this.#word(head, RING));
    this.#write(head, RING, slot);
  }

  #supersede(before: number, member: number, slot: number, place: number): void {
    if (this.sequence(member) > this.sequence(slot)) {
      this.#follow(slot, member);
      return;
    }
    if (before !== member) {
      this.#write(slot, RING, this.#word(member, RING));
      this.#write(before, RING, slot);
    }
    this.#follow(member, slot);
    if (this.#bySubject.slotAt(place) === member) this.#bySubject.replace(place, slot);
  }

  /** A late arrival was said between two that are held: where it says something else than the one it names, that one was taken back. */
  #standBetween(slot: number, former: number): void {
    if (former === NO_SLOT || !this.isSameSubject(former, slot) || this.sequence(former) > this.sequence(slot) || this.#word(former, RING) < RENEWED) return;
    if (!this.#saysTheSame(former, slot)) this.#write(former, RING, SUPERSEDED);
    else if (this.isSuperseded(former)) this.#write(slot, RING, SUPERSEDED);
  }

  #follow(earlier: number, later: number): void {
    this.#write(earlier, RING, this.#saysTheSame(earlier, later) ? RENEWED + later : SUPERSEDED);
  }

  /**
   * As its province compares them (`saysTheSame` of the adapter): equal terms are equal words, since they are kept once. Of terms without words
   * nobody knows. A test is also known by its sample, a conversion by its source.
   */
  #saysTheSame(one: number, other: number): boolean {
    const { ordinal, kind, words } = this.terms(one);
    if (ordinal !== this.terms(other).ordinal || words === undefined) return false;
    return this.sourceSequence(one) === this.sourceSequence(other) && (KIND_TABLE[kind].policy.gradedFrom !== 'since' || this.since(one) === this.since(other));
  }

  readonly #startOfToken = (slot: number): number => this.#byToken.start(this.#word(slot, TOKEN), this.#word(slot, TOKEN + 1));

  readonly #startOfSubject = (slot: number): number => this.#bySubject.start(this.#word(slot, SUBJECT), this.#word(slot, SUBJECT + 1));

  readonly #startOfSequence = (slot: number): number => {
    const issuer = this.#issuers.indexOf(this.terms(slot).issuer);
    return this.#bySequence.start(this.#word(slot, SEQUENCE_LOW), this.#word(slot, SEQUENCE_HIGH) ^ (issuer << 21));
  };

  #takeFree(table: SlotTable, slot: number, start: (slot: number) => number): void {
    let place = start(slot);
    while (table.slotAt(place) !== NO_SLOT) place = table.next(place);
    table.take(place, slot, start);
  }

  #findDigest(table: SlotTable, column: number, digest: string): number {
    let place = table.start(digestWord(digest, 0), digestWord(digest, 1));
    for (let slot = table.slotAt(place); slot !== NO_SLOT; slot = table.slotAt(place)) {
      if (this.#matches(slot, column, digest)) return slot;
      place = table.next(place);
    }
    return NO_SLOT;
  }

  #matches(slot: number, column: number, digest: string): boolean {
    for (let word = 0; word < 4; word += 1) if (this.#word(slot, column + word) !== digestWord(digest, word)) return false;
    return true;
  }

  #sameDigest(one: number, other: number, column: number): boolean {
    for (let word = column; word < column + 4; word += 1) if (this.#word(one, word) !== this.#word(other, word)) return false;
    return true;
  }

  #writeDigest(slot: number, column: number, digest: string): void {
    for (let word = 0; word < 4; word += 1) this.#write(slot, column + word, digestWord(digest, word));
  }

  #word(slot: number, column: number): number {
    return this.#chunks[slot >>> CHUNK_BITS]?.[(slot & (CHUNK_ROWS - 1)) * ROW + column] ?? 0;
  }

  #write(slot: number, column: number, value: number): void {
    const chunk = this.#chunks[slot >>> CHUNK_BITS];
    if (chunk !== undefined) chunk[(slot & (CHUNK_ROWS - 1)) * ROW + column] = value;
  }
}
