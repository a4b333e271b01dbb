/** State of one issuer's feed, as Ledger.GetSummary shows it. */
export interface FeedSnapshot {
  readonly issuer: string;
  /** Last sequence number with nothing missing before it; 0 = none. */
  readonly contiguous: number;
  /** Highest sequence number seen or announced. */
  readonly highest: number;
  /** Seconds since the epoch when the feed was last known complete; 0 = never. */
  readonly confirmedAt: number;
  /** Sequence numbers that came with other content as well. */
  readonly equivocations: number;
  /** Messages set aside. */
  readonly quarantined: number;
}

interface Announcement {
  readonly lastSequence: number;
  readonly at: number;
}

interface Feed {
  contiguous: number;
  highest: number;
  confirmedAt: number;
  equivocations: number;
  quarantined: number;
  /** Heartbeats that announced more than is held, oldest first. */
  unconfirmed: readonly Announcement[];
}

/** Past this many, every other unconfirmed announcement is forgotten: a long outage costs precision, never memory. */
const MAX_UNCONFIRMED = 64;

/**
 * What this process knows of every issuer's feed: from its own commits, from heartbeats, and from the database where
 * another replica ingests or hears the heartbeats. Numbers only ever grow.
 */
export class FeedState {
  readonly #feeds = new Map<string, Feed>();

  /** Seconds since the epoch of the last heartbeat up to which everything issued is held; 0 = never. */
  confirmedAt(issuer: string): number {
    return this.#feeds.get(issuer)?.confirmedAt ?? 0;
  }

  /** Last sequence number with nothing missing before it; 0 = none. */
  contiguous(issuer: string): number {
    return this.#feeds.get(issuer)?.contiguous ?? 0;
  }

  /** Highest sequence number seen or announced; 0 = none. What lies between both and is not held is a gap. */
  highest(issuer: string): number {
    return this.#feeds.get(issuer)?.highest ?? 0;
  }

  /** The issuer says that `lastSequence` is its last one: a lost tail becomes a gap. */
  recordAnnounced(issuer: string, lastSequence: number): void {
    const feed = this.#feed(issuer);
    feed.highest = Math.max(feed.highest, lastSequence);
  }

  /** The same from an issuer that stands by all it has stated, at `at` (hub's clock, seconds). */
  recordHeartbeat(issuer: string, lastSequence: number, at: number): void {
    this.recordAnnounced(issuer, lastSequence);
    const feed = this.#feed(issuer);
    // A later announcement of the same number or a lower one says more than the earlier: it replaces it.
    const earlier = feed.unconfirmed.filter((announcement) => announcement.lastSequence < lastSequence);
    const kept = earlier.length < MAX_UNCONFIRMED ? earlier : earlier.filter((_, position) => position % 2 === 0);
    feed.unconfirmed = [...kept, { lastSequence, at }];
    confirm(feed);
  }

  /** What the database says. Older facts change nothing. */
  recordHeld(held: FeedSnapshot): void {
    const feed = this.#feed(held.issuer);
    feed.confirmedAt = Math.max(feed.confirmedAt, held.confirmedAt);
    this.recordSetAside(held);
    this.recordPosition(held);
  }

  /** Where the feed stands after a commit. */
  recordPosition(position: Pick<FeedSnapshot, 'issuer' | 'contiguous' | 'highest'>): void {
    const feed = this.#feed(position.issuer);
    feed.contiguous = Math.max(feed.contiguous, position.contiguous);
    feed.highest = Math.max(feed.highest, position.highest, position.contiguous);
    confirm(feed);
  }

  /** How many messages have been set aside so far. */
  recordSetAside(totals: Pick<FeedSnapshot, 'issuer' | 'equivocations' | 'quarantined'>): void {
    const feed = this.#feed(totals.issuer);
    feed.equivocations = Math.max(feed.equivocations, totals.equivocations);
    feed.quarantined = Math.max(feed.quarantined, totals.quarantined);
  }

  /** Every issuer heard of, by code. */
  snapshot(): readonly FeedSnapshot[] {
    return [...this.#feeds]
      .map(([issuer, { contiguous, highest, confirmedAt, equivocations, quarantined }]) => ({
        issuer,
        contiguous,
        highest,
        confirmedAt,
        equivocations,
        quarantined,
      }))
      .sort((one, other) => (one.issuer < other.issuer ? -1 : 1));
  }

  #feed(issuer: string): Feed {
    let feed = this.#feeds.get(issuer);
    if (feed === undefined) {
      feed = { contiguous: 0, highest: 0, confirmedAt: 0, equivocations: 0, quarantined: 0, unconfirmed: [] };
      this.#feeds.set(issuer, feed);
    }
    return feed;
  }
}

function confirm(feed: Feed): void {
  const reached = feed.unconfirmed.filter(({ lastSequence }) => lastSequence <= feed.contiguous);
  if (reached.length === 0) return;
  feed.confirmedAt = Math.max(feed.confirmedAt, ...reached.map(({ at }) => at));
  feed.unconfirmed = feed.unconfirmed.filter(({ lastSequence }) => lastSequence > feed.contiguous);
}
