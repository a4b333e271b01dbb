import {
  applyDelta,
  AttestationError,
  STATUS_LIST_DELTA_TYPE,
  STATUS_LIST_TYPE,
  succeedStatusList,
  verifyStatusList,
  verifyStatusListDelta,
  type ProvinceKeyRing,
  type StatusList,
} from '@health-code/attestation';
import { HubError } from '../errors.js';
import { SHARDS_MAX, withDelta, type HeldList } from './held-list.js';
import type { StatusLists } from './status-lists.js';

/** Tokens of one province that may wait; beyond, they are let go: its next one leads on, or the whole list is asked for. */
export const WAITING_MAX = 256;

/** What {@link StatusListKeeper} works with. */
export interface KeeperParts {
  readonly lists: StatusLists;
  readonly ring: ProvinceKeyRing;
  /** Asks a province for a whole list; `undefined` where it has none of that name. */
  readonly request: (issuer: string, uri: string) => Promise<string | undefined>;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** What a token says of itself before anything is verified. */
interface TokenHeader {
  readonly typ: string;
  readonly kid: string;
}

/** Attacker-controlled. @throws AttestationError STATUS_LIST_INVALID */
function headerOf(token: string): TokenHeader {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.slice(0, Math.max(0, token.indexOf('.'))), 'base64url').toString());
    const { typ, kid } = header as Partial<Record<keyof TokenHeader, unknown>>;
    if (typeof typ === 'string' && typeof kid === 'string') return { typ, kid };
  } catch {
    // Said below.
  }
  throw new AttestationError('STATUS_LIST_INVALID', 'no header of a status list');
}

/** The whole list is asked for where a delta cannot be used: versions were missed, or something else was built on than its issuer holds. */
const needsWhole = (error: unknown): boolean => error instanceof AttestationError && (error.code === 'STATUS_LIST_DELTA_UNRELATED' || error.code === 'STATUS_LIST_DIGEST_MISMATCH');

/**
 * Takes in what provinces say of their lists: verified with the registered keys of that province, never back to an earlier
 * version, and one at a time for each province, so that deltas meet what they lead on from.
 */
export class StatusListKeeper {
  readonly #parts: KeeperParts;
  readonly #turns = new Map<string, { turn: Promise<unknown>; waiting: number }>();

  constructor(parts: KeeperParts) {
    this.#parts = parts;
  }

  /**
   * Takes a token that came in the name of `issuer`; once this resolves the hub answers by it.
   * @param changedAt when the province made the change, milliseconds since the epoch by its own clock; 0 where it was only signed anew
   * @throws AttestationError those of verifyStatusList and applyDelta; HubError STATUS_LISTS_TOO_MANY, ADAPTER_BUSY (too many wait), and those of a failed question
   */
  take(issuer: string, token: string, changedAt: number): Promise<void> {
    return this.#inTurn(issuer, () => this.#take(issuer, token, changedAt));
  }

  /** Asks the province for a list as a whole, and takes it. @throws as {@link take} */
  fetch(issuer: string, uri: string): Promise<void> {
    return this.#inTurn(issuer, () => this.#fetch(issuer, uri, 0));
  }

  /**
   * Whether a list has to be asked for: it is not held, is older than `maximumAge` (seconds), or a key vouches for it that was revoked since.
   */
  isWanted(uri: string, maximumAge: number): boolean {
    const held = this.#parts.lists.find(uri);
    return held === undefined || this.#parts.now() - held.list.issuedAt > maximumAge || this.#isDisowned(held);
  }

  async #take(issuer: string, token: string, changedAt: number): Promise<void> {
    const { typ, kid } = headerOf(token);
    if (typ === STATUS_LIST_TYPE) await this.#takeWhole(issuer, token, kid, changedAt);
    else if (typ === STATUS_LIST_DELTA_TYPE) await this.#takeDelta(issuer, token, kid, changedAt);
    else throw new AttestationError('STATUS_LIST_INVALID', 'typ is of no status list');
  }

  async #takeWhole(issuer: string, token: string, kid: string, changedAt: number): Promise<void> {
    const { lists, ring, now } = this.#parts;
    const next = await verifyStatusList(token, ring, now());
    this.#requireOwn(issuer, next);
    const held = this.#standing(next.uri);
    const list = succeedStatusList(held?.list, next);
    // An older word than is held, of the same version: nothing new.
    if (list !== next && held !== undefined && held.snapshot.version >= next.version) return;
    lists.put({ held: { list, snapshot: { version: next.version, token }, deltas: held?.deltas ?? [], kid }, token, changedAt });
  }

  async #takeDelta(issuer: string, token: string, kid: string, changedAt: number): Promise<void> {
    const { lists, ring, now } = this.#parts;
    const delta = await verifyStatusListDelta(token, ring, now());
    this.#requireOwn(issuer, delta);
    const held = this.#standing(delta.uri);
    if (held === undefined) {
      await this.#fetch(issuer, delta.uri, changedAt);
      return;
    }
    let list: StatusList;
    try {
      list = await applyDelta(held.list, delta);
    } catch (error) {
      if (!needsWhole(error)) throw error;
      await this.#fetch(issuer, delta.uri, changedAt);
      return;
    }
    const { from, version, issuedAt } = delta;
    const next = { ...held, list, deltas: withDelta(held.deltas, { from, version, issuedAt, token }), kid };
    lists.put({ held: next, token, changedAt });
    // Too much since the last whole list: whoever has only that would come no further. Each delta led on from what was held: only the first can be gone.
    const { version: whole } = held.snapshot;
    if (!next.deltas.some((each) => each.from <= whole && each.version > whole)) await this.#fetch(issuer, delta.uri, 0);
  }

  async #fetch(issuer: string, uri: string, changedAt: number): Promise<void> {
    const token = await this.#parts.request(issuer, uri);
    if (token === undefined) return;
    const { typ, kid } = headerOf(token);
    if (typ !== STATUS_LIST_TYPE) throw new AttestationError('STATUS_LIST_INVALID', 'the answer is no whole list');
    await this.#takeWhole(issuer, token, kid, changedAt);
  }

  /** Subject and signature have to name one province, and a province has so many lists at once. */
  #requireOwn(issuer: string, of: { readonly issuer: string; readonly uri: string }): void {
    if (of.issuer !== issuer) throw new AttestationError('STATUS_LIST_ISSUER_MISMATCH', 'the list is not of the province in whose name it came');
    const { lists } = this.#parts;
    if (lists.find(of.uri) === undefined && lists.countOf(issuer) >= SHARDS_MAX) throw new HubError('STATUS_LISTS_TOO_MANY', 'more lists than a province may have');
  }

  /** What a next token has to lead on from: nothing, where a key vouches for the list that was revoked since. The hub answers by it until its province has said another. */
  #standing(uri: string): HeldList | undefined {
    const held = this.#parts.lists.find(uri);
    return held !== undefined && this.#isDisowned(held) ? undefined : held;
  }

  #isDisowned({ kid }: HeldList): boolean {
    return this.#parts.ring.find(kid)?.revokedFrom !== undefined;
  }

  async #inTurn(issuer: string, work: () => Promise<void>): Promise<void> {
    const place = this.#turns.get(issuer) ?? { turn: Promise.resolve(), waiting: 0 };
    if (place.waiting >= WAITING_MAX) throw new HubError('ADAPTER_BUSY', 'too much of the province waits to be taken in');
    this.#turns.set(issuer, place);
    place.waiting += 1;
    const done = place.turn.then(work);
    place.turn = done.catch(() => undefined);
    try {
      await done;
    } finally {
      place.waiting -= 1;
    }
  }
}
