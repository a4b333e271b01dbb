import { withDelta, type HeldDelta } from './held-list.js';
import type { StatusListKeeper } from './keep-status-lists.js';
import type { ListChange, StatusLists } from './status-lists.js';

/** What of one list is not in the database yet. */
export interface UnsavedList {
  readonly uri: string;
  readonly issuer: string;
  readonly whole?: { readonly version: number; readonly issuedAt: number; readonly token: string };
  /** Those that lead on from the whole list. */
  readonly deltas: readonly HeldDelta[];
}

/** A list as it was saved: tokens to be verified again. */
export interface StoredList {
  readonly issuer: string;
  readonly token: string;
  readonly deltas: readonly string[];
}

/** Where lists outlive the process. */
export interface StoredLists {
  save(unsaved: UnsavedList): Promise<void>;
  readAll(): Promise<readonly StoredList[]>;
  remove(uri: string): Promise<void>;
}

/** Where a token that cannot be taken is told. */
export interface SavingLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Milliseconds between two rounds: what a crash may forget, where the province is away as well. */
export const SAVE_INTERVAL_MS = 200;

/**
 * Saves lists after the hub answers by them: a suspension takes hold at once, and outlives a crash a moment later. Until then the
 * province itself has it, and is asked whenever a hub starts.
 */
export class SavedStatusLists {
  readonly #store: StoredLists;
  readonly #log: SavingLog;
  #unsaved = new Map<string, UnsavedList>();
  #savedWhole = new Map<string, string>();
  #isFailing = false;

  constructor(store: StoredLists, log: SavingLog) {
    this.#store = store;
    this.#log = log;
  }

  /** Notes what changed. */
  note({ held, token }: ListChange): void {
    const { uri, issuer } = held.list;
    const before = this.#unsaved.get(uri);
    if (this.#savedWhole.get(uri) !== held.snapshot.token && before?.whole?.token !== held.snapshot.token) {
      const { version } = held.snapshot;
      this.#unsaved.set(uri, { uri, issuer, whole: { version, issuedAt: held.list.issuedAt, token: held.snapshot.token }, deltas: held.deltas.filter((delta) => delta.version > version) });
      return;
    }
    const delta = held.deltas.at(-1);
    if (delta?.token !== token || delta.version <= held.snapshot.version) return;
    this.#unsaved.set(uri, { ...(before ?? { uri, issuer }), deltas: withDelta(before?.deltas ?? [], delta) });
  }

  /** One round. Never rejects: a database that is down is logged once, and what changed waits; a whole list takes the place of what waits before it. */
  async save(): Promise<void> {
    const unsaved = this.#unsaved;
    this.#unsaved = new Map();
    for (const list of unsaved.values()) {
      try {
        await this.#store.save(list);
        if (list.whole !== undefined) this.#savedWhole.set(list.uri, list.whole.token);
        if (this.#isFailing) this.#log.info({}, 'status lists are saved again');
        this.#isFailing = false;
      } catch (error) {
        this.#keep(list);
        if (!this.#isFailing) this.#log.warn({ err: error }, 'status lists cannot be saved; they wait in memory');
        this.#isFailing = true;
      }
    }
  }

  /** Takes everything saved, as if it came from its province now. What does not verify any more is let go: its province is asked for another. */
  async restore(keeper: Pick<StatusListKeeper, 'take'>, lists: Pick<StatusLists, 'all'>): Promise<void> {
    for (const { issuer, token, deltas } of await this.#store.readAll()) {
      try {
        await keeper.take(issuer, token, 0);
        for (const delta of deltas) await keeper.take(issuer, delta, 0);
      } catch (error) {
        this.#log.warn({ issuer, err: error }, 'a saved status list does not stand any more');
      }
    }
    this.#unsaved.clear();
    for (const { list: { uri }, snapshot } of lists.all()) this.#savedWhole.set(uri, snapshot.token);
  }

  /** Forgets a list. @throws what the store throws */
  async forget(uri: string): Promise<void> {
    this.#unsaved.delete(uri);
    this.#savedWhole.delete(uri);
    await this.#store.remove(uri);
  }

  #keep(list: UnsavedList): void {
    const since = this.#unsaved.get(list.uri);
    if (since?.whole !== undefined) return;
    this.#unsaved.set(list.uri, { ...list, deltas: (since?.deltas ?? []).reduce(withDelta, list.deltas) });
  }
}
