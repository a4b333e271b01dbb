import { promisify } from 'node:util';
import { constants, deflate } from 'node:zlib';
import {
  parseStatusListUri, signStatusList, signStatusListDelta, STATUS_LIST_MAX_LIFETIME_SECONDS, statusListUri, type ProvinceCode, type SigningKey,
} from '@health-code/attestation';
import { KeptList, type RecordedChange, type RecordedList } from './kept-list.js';

/** Seconds after which whoever holds a list asks for another (claim `ttl`). */
export const LIST_TTL_SECONDS = 300;

/** What is written down of the lists, as keeping them needs it. */
export interface ListRecords {
  readLists(now: number): Promise<{ readonly lists: readonly RecordedList[]; readonly position: number }>;
  readChanges(position: number): Promise<readonly RecordedChange[]>;
  signAnew(now: number): Promise<readonly number[]>;
}

/** What lists are made with. */
export interface StatusListsOptions {
  readonly issuer: ProvinceCode;
  readonly records: ListRecords;
  /** The key of the moment. */
  readonly key: () => SigningKey;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A signed list or delta, to be published. */
export interface ListToken {
  readonly token: string;
  /** When the province made the change, milliseconds since the epoch; 0 where it changed nothing. */
  readonly changedAt: number;
}

/** The version of a list that was signed, and with which key. */
interface Signed {
  readonly version: number;
  readonly kid: string;
}

/** Elsewhere than where attestations are made: a whole list takes milliseconds. */
const compress = (bytes: Uint8Array): Promise<Uint8Array> => promisify(deflate)(bytes, { level: constants.Z_BEST_COMPRESSION });

const expiryOf = (issuedAt: number): number => issuedAt + STATUS_LIST_MAX_LIFETIME_SECONDS;

/**
 * The lists of one issuer, as far as attestations in them have not expired: kept in step with what is written down, and signed.
 * Whatever is lost with this process is written down; two instances that sign the same version say the same.
 */
export class StatusLists {
  #lists = new Map<number, KeptList>();
  #position: number | undefined;
  /** Second of the last look at what is written down. */
  #seenAt = 0;
  readonly #published = new Map<number, Signed>();
  readonly #snapshots = new Map<number, Signed & { readonly token: string }>();
  /** One look at a time: a change is followed once. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: StatusListsOptions) {}

  /** URIs of all lists. Looks first. */
  async uris(): Promise<readonly string[]> {
    await this.look();
    return [...this.#lists.keys()].map((shard) => statusListUri(this.options.issuer, shard));
  }

  /** A whole list as it is written down now; undefined for none of this issuer, or one in which everything has expired. */
  async findSnapshot(uri: string): Promise<string | undefined> {
    const place = parseStatusListUri(uri);
    if (place?.issuer !== this.options.issuer) return undefined;
    await this.look();
    const list = this.#lists.get(place.shard);
    return list === undefined ? undefined : this.#snapshot(list);
  }

  /** Follows what was written down since the last look, by this instance or another. */
  look(): Promise<void> {
    return this.#inTurn(() => this.#look());
  }

  /** Every list that lives gets another version, without what has expired. */
  signAnew(): Promise<void> {
    return this.#inTurn(async () => {
      const living = new Set(await this.options.records.signAnew(this.#seconds()));
      await this.#look();
      for (const shard of this.#lists.keys()) if (!living.has(shard)) this.#lists.delete(shard);
    });
  }

  /**
   * Sends what is not as it was sent last, list by list: what changed, and the whole list where that is asked for, does not follow
   * from the last one, or was signed with another key. What `send` fails for counts as not sent.
   *
   * @param isWhole of every list the whole, and what changed since as early as is remembered
   */
  async publish(send: (tokens: readonly ListToken[]) => Promise<void>, isWhole: boolean): Promise<void> {
    for (const list of [...this.#lists.values()]) {
      const { kid } = this.options.key();
      const { shard, version } = list;
      const before = this.#published.get(shard);
      const isSigned = before?.kid === kid;
      if (isSigned && before.version === version) continue;
      const changedAt = before === undefined ? 0 : list.changedSince(before.version);
      const delta = await this.#delta(list, isWhole ? list.remembered : (before?.version ?? 0));
      const snapshot = isWhole || !isSigned || delta === undefined ? await this.#snapshot(list) : undefined;
      // What changed is the quicker to take, where the rest is known. The second of two brings nothing new: a change is measured once.
      const tokens = before === undefined ? [snapshot, delta] : [delta, snapshot];
      await send(tokens.filter((token) => token !== undefined).map((token, position) => ({ token, changedAt: position === 0 ? changedAt : 0 })));
      this.#published.set(shard, { version, kid });
    }
  }

  #seconds(): number {
    return Math.floor(this.options.now() / 1000);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #look(): Promise<void> {
    // Before looking: what is signed speaks for no later moment than that.
    const seenAt = this.#seconds();
    if (this.#position === undefined || !(await this.#follow(this.#position))) {
      const { lists, position } = await this.options.records.readLists(seenAt);
      this.#lists = new Map(lists.map((list) => [list.head.shard, KeptList.of(list)]));
      this.#position = position;
    }
    this.#seenAt = seenAt;
    for (const list of this.#lists.values()) list.forget(this.options.now());
  }

  /** @returns false where something is missing in between: then all is read again */
  async #follow(position: number): Promise<boolean> {
    for (const change of await this.options.records.readChanges(position)) {
      const list = this.#lists.get(change.shard) ?? KeptList.begin(change.shard);
      if (!list.follow(change)) return false;
      this.#lists.set(change.shard, list);
      this.#position = change.id;
    }
    return true;
  }

  async #delta(list: KeptList, from: number): Promise<string | undefined> {
    const { issuer, key } = this.options;
    const difference = list.differenceFrom(from);
    if (difference === undefined) return undefined;
    const { shard, version, bits } = list;
    const issuedAt = this.#seenAt;
    return signStatusListDelta({ ...difference, issuer, shard, version, issuedAt, expiresAt: expiryOf(issuedAt), size: bits.size, digest: await bits.digest() }, key());
  }

  async #snapshot(list: KeptList): Promise<string> {
    const { issuer, key } = this.options;
    const signingKey = key();
    const { shard, version } = list;
    const made = this.#snapshots.get(shard);
    if (made?.version === version && made.kid === signingKey.kid) return made.token;
    const issuedAt = this.#seenAt;
    const token = await signStatusList(list.bits, { issuer, shard, version, issuedAt, expiresAt: expiryOf(issuedAt), ttl: LIST_TTL_SECONDS }, signingKey, compress);
    this.#snapshots.set(shard, { version, kid: signingKey.kid, token });
    return token;
  }
}
