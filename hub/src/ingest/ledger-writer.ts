import type { Attestation } from '@health-code/attestation';
import type { CommittedAttestation } from '../lookup/lookup.js';
import { refuseVerified, type CheckedMessage } from './check-message.js';
import type { FeedSnapshot, FeedState } from './feed-state.js';
import { decideBatch, SALT_BYTES, type BatchDecision, type HeldEntry } from './ingest.js';
import { SequenceTracker, type MissingLimits, type SequenceRange } from './sequence-tracker.js';

/** One issuer's feed as the database has it. */
export interface StoredFeed extends FeedSnapshot {
  /** Ranges held above `contiguous`, ascending. */
  readonly above: readonly SequenceRange[];
}

/** Where an issuer's feed stands after a batch. */
export interface FeedPosition {
  readonly issuer: string;
  readonly contiguous: number;
  readonly highest: number;
}

/** How much of an issuer has been set aside so far; replays are not counted twice. */
export interface SetAside {
  readonly issuer: string;
  readonly equivocations: number;
  readonly quarantined: number;
}

/** The database, as the writer needs it. */
export interface WriterStore {
  nextIndex(): Promise<number>;
  loadFeeds(): Promise<readonly StoredFeed[]>;
  findHeld(identities: readonly { readonly issuer: string; readonly sequence: number }[]): Promise<ReadonlyMap<string, HeldEntry>>;
  commit(decision: BatchDecision, firstIndex: number, positions: readonly FeedPosition[], now: Date): Promise<readonly SetAside[]>;
}

/** What the writer needs beside the store. */
export interface WriterOptions {
  readonly feeds: FeedState;
  /** Told after each commit, in ledger order. */
  readonly onCommitted: (entries: readonly CommittedAttestation[]) => void;
  /** Told of a row that the database refuses: a fault of the hub, since what it verified should fit its tables. */
  readonly onRowRefused: (attestation: Attestation, error: unknown) => void;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Turns checked batches into commits. Lives as long as one hold of the ingest lock: being the only writer, it knows from
 * memory which sequence numbers are taken and asks the database only about those that come again.
 */
export class LedgerWriter {
  readonly #store: WriterStore;
  readonly #options: WriterOptions;
  #trackers: Map<string, SequenceTracker>;
  #nextIndex: number;

  private constructor(store: WriterStore, options: WriterOptions, nextIndex: number, trackers: Map<string, SequenceTracker>) {
    this.#store = store;
    this.#options = options;
    this.#nextIndex = nextIndex;
    this.#trackers = trackers;
  }

  /** Reads where the ledger and every feed stand. */
  static async open(store: WriterStore, options: WriterOptions): Promise<LedgerWriter> {
    const feeds = await store.loadFeeds();
    for (const feed of feeds) options.feeds.recordHeld(feed);
    return new LedgerWriter(store, options, await store.nextIndex(), trackersOf(feeds));
  }

  /** Number of entries in the ledger. */
  get size(): number {
    return this.#nextIndex;
  }

  /** What is missing of the issuer's feed up to the highest number seen or announced, lowest first. */
  missing(issuer: string, limits: MissingLimits): readonly SequenceRange[] {
    const tracker = this.#trackers.get(issuer) ?? new SequenceTracker();
    return tracker.missing(Math.max(tracker.highest, this.#options.feeds.highest(issuer)), limits);
  }

  /**
   * Commits a batch. When a row is one that the database refuses (its fault or a fault of ours), the batch is written
   * message by message and only that message is set aside.
   * @throws what the database throws when it cannot be used; the writer must then be opened anew
   */
  async commit(messages: readonly CheckedMessage[]): Promise<void> {
    try {
      await this.#write(messages);
    } catch (error) {
      if (!isRowRefused(error)) throw error;
      await this.#reload();
      const [only, ...others] = messages;
      if (others.length > 0) for (const message of messages) await this.commit([message]);
      else if (only === undefined || !('verified' in only)) throw error;
      else {
        await this.#write([refuseVerified(only, 'INGEST_APPEND_REFUSED', error)]);
        this.#options.onRowRefused(only.verified.attestation, error);
      }
    }
  }

  async #write(messages: readonly CheckedMessage[]): Promise<void> {
    const again = messages
      .flatMap((message) => ('verified' in message ? [message.verified.attestation] : []))
      .filter(({ issuer, sequence }) => this.#trackers.get(issuer)?.has(sequence));
    const held = again.length === 0 ? undefined : await this.#store.findHeld(again);
    const salts = this.#options.randomBytes(messages.length * SALT_BYTES);
    const decision = decideBatch(messages, (issuer, sequence) => held?.get(`${issuer}/${String(sequence)}`), salts);
    const { appended } = decision;
    if (appended.length + decision.equivocations.length + decision.quarantined.length === 0) return;

    const touched = new Map<string, SequenceTracker>();
    for (const { attestation } of appended) {
      const tracker = this.#tracker(attestation.issuer);
      tracker.add(attestation.sequence);
      touched.set(attestation.issuer, tracker);
    }
    const positions = [...touched].map(([issuer, { contiguous, highest }]) => ({ issuer, contiguous, highest }));
    const firstIndex = this.#nextIndex;
    const at = new Date(this.#options.now());
    const setAside = await this.#store.commit(decision, firstIndex, positions, at);
    this.#nextIndex += appended.length;
    this.#tell(decision, firstIndex, at, positions, setAside);
  }

  #tell(decision: BatchDecision, firstIndex: number, at: Date, positions: readonly FeedPosition[], setAside: readonly SetAside[]): void {
    const { feeds, onCommitted } = this.#options;
    for (const position of positions) feeds.recordPosition(position);
    for (const totals of setAside) feeds.recordSetAside(totals);
    if (decision.appended.length === 0) return;
    onCommitted(
      decision.appended.map(({ attestation, kid, tokenDigest, contentDigest }, position) => ({
        index: firstIndex + position,
        claims: attestation,
        tokenDigest,
        contentDigest,
        kid,
        appendedAt: at.getTime(),
      })),
    );
  }

  #tracker(issuer: string): SequenceTracker {
    let tracker = this.#trackers.get(issuer);
    if (tracker === undefined) {
      tracker = new SequenceTracker();
      this.#trackers.set(issuer, tracker);
    }
    return tracker;
  }

  async #reload(): Promise<void> {
    this.#trackers = trackersOf(await this.#store.loadFeeds());
    this.#nextIndex = await this.#store.nextIndex();
  }
}

const trackersOf = (feeds: readonly StoredFeed[]): Map<string, SequenceTracker> =>
  new Map(feeds.map(({ issuer, contiguous, above }) => [issuer, new SequenceTracker(contiguous, above)]));

/** SQLSTATE classes 22 (data exception), 23 (integrity constraint violation) and 54 (limit exceeded): the row, not the database. */
function isRowRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^(22|23|54)/.test(error.code);
}
