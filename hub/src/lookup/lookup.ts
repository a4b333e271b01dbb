import type { Attestation } from '@health-code/attestation';
import type { SharedWords } from './terms.js';

/** What of an attestation the index takes in; nothing about the person but the opaque reference. */
export type IndexedClaims = SharedWords & Pick<Attestation, 'sequence' | 'subject' | 'since' | 'issuedAt' | 'expiresAt' | 'supersedes'>;

/** What of a committed attestation the index keeps. */
export interface IndexedAttestation {
  readonly claims: IndexedClaims;
  /** SHA-256 of the token's text. 32 bytes. */
  readonly tokenDigest: Uint8Array;
  /** SHA-256 of the signed payload. 32 bytes. */
  readonly contentDigest: Uint8Array;
}

/** One attestation of the ledger, as committed. */
export interface CommittedAttestation extends IndexedAttestation {
  /** Position in the ledger, gap-free from 0. */
  readonly index: number;
  /** Key it is signed with (RFC 7638). */
  readonly kid: string;
  /** When the hub appended it, milliseconds since the epoch. */
  readonly appendedAt: number;
}

/** What a lookup fills: the index in memory. */
export interface AttestationSink {
  insert(attestation: IndexedAttestation): void;
  revoke(issuer: string, sequence: number): boolean;
}

/** Whether what was signed with a key and appended at a moment (milliseconds since the epoch) does not stand. */
export interface Revocations {
  isRevoked(kid: string, at: number): boolean;
}

/** The part of the ledger's store that is read: committed entries from `fromIndex` on, in ledger order, at most `limit`. */
export interface CommittedReader {
  readCommitted(fromIndex: number, limit: number): Promise<readonly CommittedAttestation[]>;
}

/** Where progress is told. */
export interface LookupLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Entries read at once while catching up. */
export const CATCH_UP_PAGE = 5000;

/** Follows the ledger into memory, so that a verdict needs no database. */
export class Lookup {
  readonly #sink: AttestationSink;
  readonly #reader: CommittedReader;
  readonly #revocations: Revocations;
  readonly #log: LookupLog;
  #appliedIndex = -1;
  #running: Promise<void> | undefined;

  constructor(sink: AttestationSink, reader: CommittedReader, revocations: Revocations, log: LookupLog) {
    this.#sink = sink;
    this.#reader = reader;
    this.#revocations = revocations;
    this.#log = log;
  }

  /** Last ledger index that is in memory; -1 before the first. */
  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  /**
   * Takes entries that ingest has just committed, in ledger order. What is known already is passed over; a hole (another
   * process wrote in between) is filled from the store, in the background.
   */
  append(entries: readonly CommittedAttestation[]): void {
    for (const entry of entries) {
      if (entry.index > this.#appliedIndex + 1) {
        this.catchUp().catch((error: unknown) => {
          this.#log.warn({ err: error, appliedIndex: this.#appliedIndex }, 'lookup could not fill a hole; the next round tries again');
        });
        return;
      }
      this.#apply(entry);
    }
  }

  /** Reads everything committed that is not in memory yet. Calls while it runs share the run. */
  catchUp(): Promise<void> {
    this.#running ??= this.#readOn().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #readOn(): Promise<void> {
    let read = 0;
    for (;;) {
      const page = await this.#reader.readCommitted(this.#appliedIndex + 1, CATCH_UP_PAGE);
      // The store is trusted over the count: an index that it lacks was deleted under a retention rule.
      for (const entry of page) this.#apply(entry);
      read += page.length;
      if (page.length === CATCH_UP_PAGE) this.#log.info({ read, appliedIndex: this.#appliedIndex }, 'lookup is catching up');
      if (page.length < CATCH_UP_PAGE) break;
    }
  }

  #apply(entry: CommittedAttestation): void {
    if (entry.index <= this.#appliedIndex) return;
    this.#sink.insert(entry);
    // Also of what comes late: another replica may have taken it in before it knew of the revocation.
    if (this.#revocations.isRevoked(entry.kid, entry.appendedAt)) this.#sink.revoke(entry.claims.issuer, entry.claims.sequence);
    this.#appliedIndex = entry.index;
  }
}
