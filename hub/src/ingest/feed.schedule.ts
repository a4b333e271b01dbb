import type { Logger } from '../platform/logger.js';
import type { FeedSnapshot, FeedState } from './feed-state.js';

/** Where replicas meet. */
export interface SharedFeeds {
  readFeeds(): Promise<readonly FeedSnapshot[]>;
  raise(feeds: readonly FeedSnapshot[]): Promise<void>;
}

const INTERVAL_MS = 1000;

/** Every second: takes over what other replicas committed or heard, and tells them what this one heard. */
export class FeedSchedule {
  readonly #feeds: FeedState;
  readonly #shared: SharedFeeds;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #failing = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(feeds: FeedState, shared: SharedFeeds, logger: Logger) {
    this.#feeds = feeds;
    this.#shared = shared;
    this.#logger = logger;
  }

  /** Begins; the first exchange is over when this resolves. */
  async start(): Promise<void> {
    await this.exchange();
    this.#timer = setInterval(() => {
      this.#turn = this.#turn.then(() => this.exchange());
    }, INTERVAL_MS);
  }

  /** Ends after one last exchange. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turn;
    await this.exchange();
  }

  /** One exchange. Never rejects: a database that is down is logged once and tried again. */
  async exchange(): Promise<void> {
    try {
      const stored = await this.#shared.readFeeds();
      for (const feed of stored) this.#feeds.recordHeld(feed);
      const raised = this.#feeds.snapshot().filter((feed) => isNews(feed, stored.find(({ issuer }) => issuer === feed.issuer)));
      if (raised.length > 0) await this.#shared.raise(raised);
      if (this.#failing) this.#logger.info('state of the feeds is shared again');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#logger.warn({ err: error }, 'state of the feeds cannot be shared; trying again');
      this.#failing = true;
    }
  }
}

const isNews = (feed: FeedSnapshot, stored: FeedSnapshot | undefined): boolean =>
  stored === undefined || feed.highest > stored.highest || Math.floor(feed.confirmedAt) > stored.confirmedAt;
