import { CLOCK_TOLERANCE_SECONDS } from '../attestation.js';
import { AttestationError, type AttestationErrorCode } from '../errors.js';
import { createKeyRing } from '../province-key.js';
import { WEB_CRYPTO, type SignaturePlatform } from '../signature-platform.js';
import { clockOf, type ClockState } from './clock.js';
import { newerLists, openHeldLists, takeToken, uriOf, verifyListToken, withoutOver, type HeldList, type HeldLists, type ListToken, type ListVerifier } from './held-list.js';
import { catchUp } from './list-catch-up.js';
import { openPackage, packageKeys, withList, type OfflinePackage } from './offline-package.js';
import { PACKAGE_TARGET_NAMES, type PackageParts } from './package-parts.js';
import type { PackageListing, PackageSource, PackageStore, StoredPackage } from './package-ports.js';
import { fetchTargets, openTargets, readParts, type StoredTargets } from './package-targets.js';

/** A list that could not be brought up to what the package names. */
export interface RefusedList {
  readonly uri: string;
  readonly errorCode: AttestationErrorCode;
}

/** What came of an update. */
export interface UpdateOutcome {
  /** `failed`: what was in use still is, and nothing of what was fetched. */
  readonly result: 'updated' | 'unchanged' | 'failed';
  /** Of the package in use now; 0 where there is none. */
  readonly version: number;
  /** Why it failed; PACKAGE_STORAGE_FAILED beside `updated` or `unchanged`: in use, and gone with the next restart. Empty where all went well. */
  readonly errorCode: '' | AttestationErrorCode;
  /** An earlier copy of these is used on where there is one, and ages. */
  readonly refusedLists: readonly RefusedList[];
  /** Bytes of targets fetched; lists are not counted. */
  readonly fetchedBytes: number;
}

/** What a keeper needs of its surroundings. */
export interface PackageKeeperPorts {
  readonly source: PackageSource;
  readonly store: PackageStore;
  /** {@link WEB_CRYPTO} where absent. */
  readonly platform?: SignaturePlatform;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** What is in use, in the form it is kept in. */
interface Generation {
  readonly version: number;
  readonly madeAt: number;
  readonly targets: StoredTargets;
  readonly held: HeldLists;
}

const NOTHING_HELD: HeldLists = new Map();

/** A push of these kinds may be good, and lack what comes before it. */
const NEEDS_CATCHING_UP: ReadonlySet<string> = new Set(['STATUS_LIST_DELTA_UNRELATED', 'STATUS_LIST_DIGEST_MISMATCH'] satisfies AttestationErrorCode[]);

/**
 * Keeps one good copy of the offline package. It never goes back, takes none that is empty, and takes the place of the
 * one in use only as a whole: whatever fails on the way leaves everything as it was.
 */
export class PackageKeeper {
  readonly #source: PackageSource;
  readonly #store: PackageStore;
  readonly #platform: SignaturePlatform;
  readonly #now: () => number;
  #current: OfflinePackage | undefined;
  #generation: Generation | undefined;
  #kept: Generation | undefined;
  #clockOffset: number | undefined;
  /** Changes of what is in use happen one after another; nothing in here waits for a network. */
  #turn: Promise<unknown> = Promise.resolve();
  #updating: Promise<UpdateOutcome> | undefined;
  #keeping: Promise<boolean> | undefined;

  constructor({ source, store, platform = WEB_CRYPTO, now }: PackageKeeperPorts) {
    this.#source = source;
    this.#store = store;
    this.#platform = platform;
    this.#now = now;
  }

  /** The package in use; undefined before the first. Ask anew for each code: a newer one takes its place. */
  get current(): OfflinePackage | undefined {
    return this.#current;
  }

  /** Whether this device's clock can be gone by. */
  get clock(): ClockState {
    const offset = this.#clockOffset === undefined ? {} : { clockOffset: this.#clockOffset };
    return clockOf({ madeAt: this.#current?.madeAt ?? -Infinity, ...offset }, this.#now());
  }

  /**
   * Takes up what was kept, verified like what is fetched; leaves {@link current} undefined where nothing was.
   *
   * @throws {AttestationError} PACKAGE_STORAGE_FAILED, PACKAGE_INVALID, PACKAGE_TRUNCATED, PACKAGE_EMPTY: there is no package
   * then, and the next update fetches one.
   */
  async open(): Promise<void> {
    const stored = await this.#read();
    if (stored === undefined) return;
    const { version, madeAt, targets, lists } = stored;
    const parts = await openTargets(targets, this.#platform);
    const held = await openHeldLists(lists.values(), await this.#verifier(parts, madeAt));
    await this.#inTurn(() => this.#use({ version, madeAt, targets, held }, parts));
    this.#kept = this.#generation;
  }

  /** Fetches what changed. Calls while one runs share it. Never rejects. */
  update(): Promise<UpdateOutcome> {
    this.#updating ??= this.#update().finally(() => {
      this.#updating = undefined;
    });
    return this.#updating;
  }

  /**
   * Takes a snapshot or delta that was pushed; where a delta does not lead on from what is held, what is missing is fetched.
   * Never rejects.
   *
   * @returns whether what is in use says something newer now; `false` also of what is nobody's word
   */
  async applyToken(token: string): Promise<boolean> {
    try {
      return await this.#inTurn(() => this.#take(token));
    } catch (error) {
      if (!(error instanceof AttestationError) || !NEEDS_CATCHING_UP.has(error.code)) return false;
    }
    const before = this.#generation;
    await this.update();
    return this.#generation !== before;
  }

  async #read(): Promise<StoredPackage | undefined> {
    try {
      return await this.#store.read();
    } catch (cause) {
      throw new AttestationError('PACKAGE_STORAGE_FAILED', 'what was kept cannot be read', { cause });
    }
  }

  async #update(): Promise<UpdateOutcome> {
    try {
      const listing = await this.#refresh();
      const { targets, fetchedBytes } = await fetchTargets(this.#source, listing, this.#generation?.targets, this.#platform);
      const parts = readParts(targets);
      const refusedLists = await this.#replace(listing, targets, parts);
      const isKept = await this.#keep();
      return { result: fetchedBytes === 0 ? 'unchanged' : 'updated', version: listing.version, errorCode: isKept ? '' : 'PACKAGE_STORAGE_FAILED', refusedLists, fetchedBytes };
    } catch (error) {
      const errorCode = error instanceof AttestationError ? error.code : 'PACKAGE_UNREACHABLE';
      return { result: 'failed', version: this.#current?.version ?? 0, errorCode, refusedLists: [], fetchedBytes: 0 };
    }
  }

  async #refresh(): Promise<PackageListing> {
    try {
      const listing = await this.#source.refresh();
      const held = this.#generation;
      // Its number alone: of a hub whose clock was set right the next version is made earlier than the one before.
      if (held !== undefined && (listing.version < held.version || (listing.version === held.version && listing.madeAt < held.madeAt))) {
        throw new AttestationError('PACKAGE_ROLLED_BACK', 'an earlier package than the one in use');
      }
      return listing;
    } finally {
      this.#compareClocks();
    }
  }

  /** Also where the refresh failed: by a clock that is wrong by a day all metadata has expired. */
  #compareClocks(): void {
    const theirs = this.#source.serverTime?.();
    if (theirs === undefined) return;
    this.#clockOffset = theirs - this.#now();
    if (this.#current !== undefined) this.#current = { ...this.#current, clockOffset: this.#clockOffset };
  }

  /** A clock that is behind the package cannot say that a list of its time is from the future. */
  async #verifier(parts: PackageParts, madeAt: number): Promise<ListVerifier> {
    const now = this.#now();
    return { ring: createKeyRing(await packageKeys(parts, this.#platform)), now: now >= madeAt - CLOCK_TOLERANCE_SECONDS ? now : madeAt, platform: this.#platform };
  }

  async #replace({ version, madeAt }: PackageListing, targets: StoredTargets, parts: PackageParts): Promise<readonly RefusedList[]> {
    const verifier = await this.#verifier(parts, madeAt);
    const hasOtherKeys = keysOf(targets) !== keysOf(this.#generation?.targets);
    // What a key vouched for that has been revoked since is nobody's word any more.
    const heldNow = (): HeldLists | Promise<HeldLists> => {
      const held = this.#generation?.held ?? NOTHING_HELD;
      return hasOtherKeys ? openHeldLists([...held.values()].map(({ stored }) => stored), verifier) : held;
    };
    const held = await heldNow();
    const fetched = new Map<string, HeldList>();
    const refused: RefusedList[] = [];
    const fetchOne = async (named: PackageParts['statusLists']['lists'][number]): Promise<void> => {
      try {
        fetched.set(named.uri, await catchUp(this.#source, named, held.get(named.uri), verifier));
      } catch (error) {
        if (!(error instanceof AttestationError) || !error.code.startsWith('STATUS_LIST_')) throw error;
        refused.push({ uri: named.uri, errorCode: error.code });
      }
    };
    await Promise.all(parts.statusLists.lists.map(fetchOne));
    // Once more: lists were pushed while others were fetched.
    const named = new Set(parts.statusLists.lists.map(({ uri }) => uri));
    await this.#inTurn(async () => this.#use({ version, madeAt, targets, held: withoutOver(newerLists(await heldNow(), fetched), named, madeAt) }, parts));
    return refused;
  }

  async #use(next: Generation, parts: PackageParts): Promise<void> {
    const { version, madeAt, held } = next;
    const lists = new Map([...held].map(([uri, { list }]) => [uri, list]));
    const opened = await openPackage({ version, madeAt, parts, lists }, this.#platform);
    const former = this.#generation;
    if (former?.version !== version || former.targets !== next.targets || former.held !== held) this.#generation = next;
    this.#current = this.#clockOffset === undefined ? opened : { ...opened, clockOffset: this.#clockOffset };
  }

  async #take(token: string): Promise<boolean> {
    const [pkg, generation] = [this.#current, this.#generation];
    if (pkg === undefined || generation === undefined) return false;
    const verified = await verifyListToken(token, { ring: pkg.ring, now: this.#now(), platform: this.#platform });
    const before = generation.held.get(uriOf(verified));
    if (before === undefined && !isNext(verified, generation.held)) return false;
    const next = await takeToken(before, verified, this.#platform);
    if (next === before) return false;
    this.#generation = { ...generation, held: new Map(generation.held).set(next.list.uri, next) };
    // Not `pkg`: the clocks may have been compared meanwhile.
    this.#current = withList(this.#current ?? pkg, next.list);
    // What was only signed anew is kept with the next update.
    if (next.list.digest !== before?.list.digest) void this.#keep();
    return true;
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(act);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Keeps what is in use; calls while it runs share it, and what changed meanwhile is kept as well. @returns whether all of it is */
  #keep(): Promise<boolean> {
    this.#keeping ??= this.#writeAll().finally(() => {
      this.#keeping = undefined;
    });
    return this.#keeping;
  }

  async #writeAll(): Promise<boolean> {
    while (this.#generation !== undefined && this.#kept !== this.#generation) {
      const { held, ...generation } = this.#generation;
      const writing = this.#generation;
      try {
        await this.#store.replace({ ...generation, lists: new Map([...held].map(([uri, { stored }]) => [uri, stored])) });
      } catch {
        return false;
      }
      this.#kept = writing;
    }
    return true;
  }
}

/** What says which keys a generation registers. */
const keysOf = (targets: StoredTargets | undefined): string | undefined => targets?.get(PACKAGE_TARGET_NAMES.provinces)?.sha256;

/** The list after the last one that is held of its issuer: nobody can push more of them than there are attestations. */
function isNext(verified: ListToken, held: HeldLists): boolean {
  const { issuer, shard } = 'list' in verified ? verified.list : verified.delta;
  const last = Math.max(-1, ...[...held.values()].filter(({ list }) => list.issuer === issuer).map(({ list }) => list.shard));
  return shard === last + 1;
}
