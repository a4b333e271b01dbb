import type { AttestationSink, IndexedAttestation } from './lookup.js';
import { NO_SLOT } from './slot-table.js';

/** The index that holds the statements; {@link AttestationIndex} satisfies it. */
export interface ContestableIndex {
  readonly size: number;
  insert(attestation: IndexedAttestation): number;
  revoke(issuer: string, sequence: number): boolean;
  currentOf(slot: number): number;
  nextCurrent(slot: number): number;
  isSuperseded(slot: number): boolean;
  expiresAt(slot: number): number;
}

/** More come at once only when a whole ledger is read, or where nobody asks. */
export const FRESH_KEPT = 10_000;

/** Seconds after its end at which a statement is forgotten: a clock that was ahead for a moment must take nothing out of the package for good. */
const FORGOTTEN_AFTER = 86_400;

/**
 * Stands before the index and remembers where a statement can be in question for another reason than its own words: where more than
 * one issuer has spoken about a person, and where it was converted. Who has no ledger has to be told what came of it. 8 bytes for
 * each such slot, and none for any other.
 */
export class Contests implements AttestationSink {
  readonly #index: ContestableIndex;
  /** Slots that stood in a ring with another issuer's when they came. */
  readonly #shared = new Set<number>();
  readonly #converted = new Set<number>();
  #fresh: number[] = [];

  constructor(index: ContestableIndex) {
    this.#index = index;
  }

  /** What came since the last call and can put itself or another in question, at most {@link FRESH_KEPT}: what is beyond is found by going through all. */
  takeFresh(): readonly number[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  insert(attestation: IndexedAttestation): void {
    const slot = this.#index.insert(attestation);
    if (slot === NO_SLOT) return;
    // Whoever joins a ring is noted; whoever was in it is found through the ring. A late arrival that is not current stands in none.
    const isShared = this.#index.nextCurrent(slot) !== slot;
    const isConverted = attestation.claims.source !== undefined;
    if (isShared) this.#shared.add(slot);
    if (isConverted) this.#converted.add(slot);
    if ((isShared || isConverted) && this.#fresh.length < FRESH_KEPT) this.#fresh.push(slot);
  }

  revoke(issuer: string, sequence: number): boolean {
    return this.#index.revoke(issuer, sequence);
  }

  /**
   * Current statements of rings that more than one issuer stands in, each at least once, that have not expired at `now` (seconds since
   * the epoch); what has been over for a day is forgotten on the way.
   */
  *shared(now: number): Generator<number> {
    for (const slot of this.#shared) {
      const index = this.#index;
      if (index.currentOf(slot) !== slot || index.isSuperseded(slot)) {
        // Its issuer's later statement stood in the same ring when it came, and is noted itself.
        this.#shared.delete(slot);
        continue;
      }
      // All others of its ring were noted when they came, but the first; and with that one alone nobody is at odds.
      if (index.expiresAt(slot) <= now - FORGOTTEN_AFTER) this.#shared.delete(slot);
      let member = slot;
      do {
        if (index.expiresAt(member) > now) yield member;
        member = index.nextCurrent(member);
      } while (member !== slot);
    }
  }

  /** Converted statements that have not expired at `now`, seconds since the epoch; what has been over for a day is forgotten. */
  *converted(now: number): Generator<number> {
    for (const slot of this.#converted) {
      const expiresAt = this.#index.expiresAt(slot);
      if (expiresAt > now) yield slot;
      else if (expiresAt <= now - FORGOTTEN_AFTER) this.#converted.delete(slot);
    }
  }

  /** Earlier statements, unexpired, that say the same as one of `current`: what puts that in question does it to them. */
  *renewedInto(current: ReadonlySet<number>, now: number): Generator<number | undefined> {
    if (current.size === 0) return;
    for (let slot = 0; slot < this.#index.size; slot += 1) {
      const isRenewed = this.#index.currentOf(slot) !== slot && this.#index.expiresAt(slot) > now && current.has(this.#index.currentOf(slot));
      yield isRenewed ? slot : undefined;
    }
  }
}
