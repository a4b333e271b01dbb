import { OfflineVerifier, PackageKeeper, type UpdateOutcome } from '@health-code/attestation';
import { textFromBase64 } from './bytes.js';
import { isReported } from './check-counts.js';
import { Checker, purposeOf } from './checker.js';
import type { Check, Place, Shown } from './check-result.js';
import { openDatabase, type Database } from './database.store.js';
import { DeskCell, type DeskChanges } from './desk-cell.js';
import type { Desk, DeskState } from './desk-state.js';
import type { Device } from './device.js';
import { DeviceStore } from './device.store.js';
import { enrolDevice } from './enrol-device.js';
import { followHub } from './follow-hub.js';
import { HubClient } from './hub-client.js';
import { BrowserPackageSource } from './package-source.js';
import { BrowserPackageStore, BrowserTrustStore } from './package.store.js';
import { ReportStore } from './report.store.js';
import { SeenCodes } from './seen-codes.js';
import { rememberedPlace, rememberPlace, rememberSound } from './settings.js';

/** Milliseconds between updates where no news come: a package is published twice a minute. */
const UPDATE_EVERY_MS = 30_000;
/** Milliseconds between reports while the hub is there; after an absence they are sent at once. */
const REPORT_EVERY_MS = 300_000;

/** What runs while a device is enrolled. */
interface Shift {
  readonly device: Device;
  readonly keeper: PackageKeeper;
  readonly checker: Checker;
  readonly end: AbortController;
}

/** The device behind the page: its keys and package in this browser's database, the hub it was enrolled at, and what waits to be reported. */
export class BrowserDesk implements Desk {
  readonly #cell = new DeskCell();
  readonly #origin: string;
  readonly #hub: HubClient;
  #database: Database | undefined;
  #shift: Shift | undefined;
  /** Whether the hub was there when last heard of; what waited meanwhile is reported when it is there again. */
  #isReached = false;

  constructor(origin: string) {
    this.#origin = origin;
    this.#hub = new HubClient({ fetch: (...request) => fetch(...request), origin, now: this.now });
  }

  readonly getState = (): DeskState => this.#cell.state;
  readonly subscribe = (listener: () => void): (() => void) => this.#cell.subscribe(listener);
  readonly now = (): number => Math.floor(Date.now() / 1000);

  /** Takes up what this browser keeps. Never rejects: what is wrong is a state of the page. */
  async open(): Promise<void> {
    try {
      const database = await openDatabase(() => void this.#lose());
      this.#database = database;
      const device = await new DeviceStore(database).find();
      if (device === undefined || device === 'cleared') this.#cell.change({ phase: device === 'cleared' ? 'cleared' : 'not-enrolled' });
      else await this.#begin(device, database);
    } catch {
      this.#cell.change({ phase: 'no-storage' });
    }
  }

  readonly enrol = async (token: string): Promise<void> => {
    this.#database ??= await openDatabase(() => void this.#lose());
    const device = await enrolDevice(this.#hub, token);
    await new DeviceStore(this.#database).replace(device);
    // A device that nobody asks to stay may be cleared whenever the browser needs room.
    await navigator.storage.persist().catch(() => false);
    await this.#begin(device, this.#database);
  };

  readonly check = async (shown: Shown): Promise<Omit<Check, 'number'>> => {
    const shift = this.#shift;
    if (shift === undefined) throw new Error('nothing is checked before a device is enrolled');
    const { place } = this.#cell.state;
    const done = await shift.checker.check(shown, place);
    if (isReported(done.result)) void this.#count(done, place);
    this.#cell.change({ clock: shift.keeper.clock });
    return done;
  };

  readonly setPlace = (changes: Partial<Place>): void => {
    const place = { ...this.#cell.state.place, ...changes };
    rememberPlace(place);
    this.#cell.change({ place });
  };

  readonly setSound = (isSoundOn: boolean): void => {
    rememberSound(isSoundOn);
    this.#cell.change({ isSoundOn });
  };

  readonly update = async (): Promise<void> => {
    const shift = this.#shift;
    if (shift === undefined) return;
    // Not every browser tells a page that its storage was cleared.
    if (!(await this.#isKept())) {
      await this.#lose();
      return;
    }
    this.#cell.change({ isUpdating: true });
    const outcome = await shift.keeper.update();
    if (shift.end.signal.aborted) return;
    this.#cell.change({ isUpdating: false, ...this.#held(shift.keeper), ...errorOf(outcome) });
    await this.#contact(outcome.errorCode !== 'PACKAGE_UNREACHABLE');
  };

  /** Told by the page when a newer build of it waits. */
  readonly offerNewVersion = (): void => this.#cell.change({ hasNewVersion: true });

  async #begin(device: Device, database: Database): Promise<void> {
    this.#shift?.end.abort();
    const findPinnedRoot = async (): Promise<string | undefined> => device.pinnedRoot ?? (await this.#pinRoot(device, database));
    const source = new BrowserPackageSource({ origin: this.#origin, findPinnedRoot, store: new BrowserTrustStore(database), now: this.now });
    const keeper = new PackageKeeper({ source, store: new BrowserPackageStore(database), now: this.now });
    // What cannot be taken up is fetched anew; until then there is none.
    await keeper.open().catch(() => undefined);
    const checker = new Checker({
      verifier: new OfflineVerifier(),
      seen: new SeenCodes(),
      currentPackage: () => keeper.current,
      askHub: (request) => this.#hub.verify(device, request),
      now: this.now,
      steady: () => performance.now() / 1000,
    });
    const end = new AbortController();
    this.#shift = { device, keeper, checker, end };
    const { identity, province, expiresAt } = device;
    const waiting = await new ReportStore(database).count();
    this.#cell.change({ phase: 'ready', device: { identity, province, expiresAt }, place: rememberedPlace(province), waiting, ...this.#held(keeper) });
    this.#follow(this.#shift);
    void this.update();
  }

  #follow({ keeper, end: { signal } }: Shift): void {
    const news = {
      onList: (token: string) => void keeper.applyToken(token).then((isNewer) => isNewer && this.#cell.change(this.#held(keeper))),
      onPackage: () => void this.update(),
      onContact: (isThere: boolean) => void this.#contact(isThere),
    };
    followHub(this.#origin, news, signal);
    const timers = [setInterval(() => void this.update(), UPDATE_EVERY_MS), setInterval(() => void this.#report(), REPORT_EVERY_MS)];
    signal.addEventListener('abort', () => timers.forEach((timer) => clearInterval(timer)), { once: true });
    window.addEventListener('online', () => void this.update(), { signal });
    window.addEventListener('offline', () => void this.#contact(false), { signal });
  }

  /** A device that was enrolled before there was a package has pinned nothing; the hub's own word, over TLS and for this device, is what it would have pinned. */
  async #pinRoot(device: Device, database: Database): Promise<string | undefined> {
    const devices = new DeviceStore(database);
    const known = await devices.find();
    if (known !== undefined && known !== 'cleared' && known.pinnedRoot !== undefined) return known.pinnedRoot;
    const { packageRoot } = await this.#hub.getState(device);
    return packageRoot === undefined ? undefined : (await devices.pin(textFromBase64(packageRoot)))?.pinnedRoot;
  }

  #held({ current, clock }: PackageKeeper): DeskChanges {
    return { clock, held: current === undefined ? undefined : { version: current.version, madeAt: current.madeAt } };
  }

  async #isKept(): Promise<boolean> {
    if (this.#database === undefined) return false;
    const found = await new DeviceStore(this.#database).find().catch(() => 'cleared' as const);
    return found !== undefined && found !== 'cleared';
  }

  async #contact(isOnline: boolean): Promise<void> {
    const wasReached = this.#isReached;
    this.#isReached = isOnline;
    this.#cell.change({ isOnline });
    if (isOnline && !wasReached) await this.#report();
  }

  async #count({ result }: Omit<Check, 'number'>, place: Place): Promise<void> {
    if (this.#database === undefined) return;
    // A full storage shows itself at the package; a check is not refused because it cannot be counted.
    const waiting = await new ReportStore(this.#database).add(result, purposeOf(place), this.now()).catch(() => undefined);
    if (waiting !== undefined) this.#cell.change({ waiting });
  }

  async #report(): Promise<void> {
    const [shift, database] = [this.#shift, this.#database];
    if (shift === undefined || database === undefined) return;
    const waiting = await new ReportStore(database).send((request) => this.#hub.report(shift.device, request)).catch(() => undefined);
    if (waiting !== undefined) this.#cell.change({ waiting });
  }

  /** 存储被清除: what made this browser a device is gone while the page is open. */
  async #lose(): Promise<void> {
    this.#shift?.end.abort();
    this.#shift = undefined;
    this.#database?.close();
    this.#database = undefined;
    await this.open();
    if (this.#cell.state.phase === 'not-enrolled') this.#cell.change({ phase: 'cleared' });
  }
}

const errorOf = ({ errorCode }: UpdateOutcome): { readonly updateError: string | undefined } => ({ updateError: errorCode === '' ? undefined : errorCode });
