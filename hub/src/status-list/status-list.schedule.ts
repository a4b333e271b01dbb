import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../platform/logger.js';
import type { StatusListKeeper } from './keep-status-lists.js';
import { SAVE_INTERVAL_MS, type SavedStatusLists } from './saved-status-lists.js';
import type { StatusListConsumer } from './status-list.consumer.js';
import type { StatusListRequests } from './status-list-request.publisher.js';
import type { StatusLists } from './status-lists.js';

/** Milliseconds between two looks for lists that have to be asked for. */
export const ASK_INTERVAL_MS = 30_000;

/** Age, in seconds, from which a list is asked for: two of the rounds in which provinces sign theirs anew were missed. */
export const ASK_AFTER_SECONDS = 150;

/** Of any age. */
const ANY_AGE = Number.NEGATIVE_INFINITY;

/**
 * Milliseconds after which a province is asked again that could not answer when something may have been missed: its adapter comes back a
 * moment after the broker. Doubled each time, up to {@link ASK_INTERVAL_MS}.
 */
export const ASK_AGAIN_MS = 1000;

/** What {@link StatusListSchedule} drives. */
export interface StatusListScheduleParts {
  readonly lists: StatusLists;
  readonly saved: SavedStatusLists;
  readonly keeper: StatusListKeeper;
  readonly consumer: StatusListConsumer;
  readonly requests: Pick<StatusListRequests, 'names'>;
  /** GB/T 2260 codes of provinces whose adapter has registered. */
  readonly provinces: () => readonly string[];
  readonly nats: Pick<NatsConnection, 'status'>;
  readonly logger: Pick<Logger, 'debug' | 'info'>;
}

/** Keeps status lists: hears them, asks for what was missed, and saves them. */
export class StatusListSchedule {
  readonly #parts: StatusListScheduleParts;
  readonly #asking = new Set<string>();
  /** Provinces that may have said something to nobody: asked whatever the age of what is held, until they answer. */
  readonly #unheard = new Set<string>();
  #askAgainTimer: NodeJS.Timeout | undefined;
  #askTimer: NodeJS.Timeout | undefined;
  #saveTimer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  #isStopped = false;
  #forget: (() => void) | undefined;

  constructor(parts: StatusListScheduleParts) {
    this.#parts = parts;
  }

  /** Begins; what was saved is in memory when this resolves, and what provinces say now comes after. Rejects when it cannot be read. */
  async start(): Promise<void> {
    const { lists, saved, keeper, consumer } = this.#parts;
    await saved.restore(keeper, lists);
    this.#forget = lists.onChange((change) => { saved.note(change); });
    consumer.start();
    void this.#followConnection();
    this.askAnew();
    this.#askTimer = setInterval(() => void this.ask(), ASK_INTERVAL_MS);
    this.#scheduleSaving();
  }

  /** Ends, and saves what is not saved yet. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#parts.consumer.stop();
    clearInterval(this.#askTimer);
    clearTimeout(this.#askAgainTimer);
    clearTimeout(this.#saveTimer);
    this.#forget?.();
    await this.#saving;
    await this.#parts.saved.save();
  }

  /** Asks every province for all of its lists, until it has answered: what it said while nobody listened shows in no list that is held, however young. */
  askAnew(): void {
    for (const issuer of this.#parts.provinces()) this.#unheard.add(issuer);
    void this.#askUnheard(ASK_AGAIN_MS);
  }

  async #askUnheard(pauseMs: number): Promise<void> {
    clearTimeout(this.#askAgainTimer);
    await Promise.all([...this.#unheard].map((issuer) => this.#askProvince(issuer)));
    if (this.#unheard.size === 0 || this.#isStopped) return;
    clearTimeout(this.#askAgainTimer);
    this.#askAgainTimer = setTimeout(() => void this.#askUnheard(Math.min(pauseMs * 2, ASK_INTERVAL_MS)), pauseMs);
  }

  /** Asks every province for the lists of it that are wanted. Never rejects: one that is away is asked again in the next round. */
  async ask(): Promise<void> {
    await Promise.all(this.#parts.provinces().map((issuer) => this.#askProvince(issuer)));
  }

  async #askProvince(issuer: string): Promise<void> {
    if (this.#asking.has(issuer) || this.#isStopped) return;
    const { keeper, lists, requests, logger } = this.#parts;
    const own = lists.all().filter(({ list }) => list.issuer === issuer);
    const maximumAge = this.#unheard.has(issuer) ? ANY_AGE : ASK_AFTER_SECONDS;
    if (own.length > 0 && !own.some(({ list }) => keeper.isWanted(list.uri, maximumAge))) return;
    this.#asking.add(issuer);
    // Before the question: what is missed while it is under way is asked for anew.
    this.#unheard.delete(issuer);
    try {
      const named = new Set(await requests.names(issuer));
      for (const uri of named) {
        if (keeper.isWanted(uri, maximumAge)) await keeper.fetch(issuer, uri);
      }
      for (const { list: { uri } } of own) {
        if (!named.has(uri) && keeper.isWanted(uri, ASK_AFTER_SECONDS)) await this.#forgetList(issuer, uri);
      }
    } catch (error) {
      if (maximumAge === ANY_AGE) this.#unheard.add(issuer);
      logger.debug({ issuer, err: error }, 'the status lists of a province cannot be had now');
    } finally {
      this.#asking.delete(issuer);
    }
  }

  async #forgetList(issuer: string, uri: string): Promise<void> {
    this.#parts.lists.remove(uri);
    await this.#parts.saved.forget(uri);
    this.#parts.logger.info({ issuer, uri }, 'a status list is over: everything in it has expired');
  }

  /** What was said while NATS was away was said to nobody. */
  async #followConnection(): Promise<void> {
    for await (const { type } of this.#parts.nats.status()) {
      if (this.#isStopped) return;
      if (type === 'reconnect') this.askAnew();
    }
  }

  #scheduleSaving(): void {
    if (this.#isStopped) return;
    this.#saveTimer = setTimeout(() => {
      this.#saving = this.#parts.saved.save().then(() => { this.#scheduleSaving(); });
    }, SAVE_INTERVAL_MS);
  }
}
