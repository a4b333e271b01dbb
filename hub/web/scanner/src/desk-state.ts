import type { Check, CheckResult, Place, Shown } from './check-result.js';

/** How far the page has come. */
export type Phase = 'opening' | 'not-enrolled' | 'cleared' | 'no-storage' | 'ready';

/** The device as enrolled. */
export interface DeviceCard {
  /** SPIFFE ID. */
  readonly identity: string;
  /** GB/T 2260 code. */
  readonly province: string;
  /** When its certificate ends, seconds since the epoch. */
  readonly expiresAt: number;
}

/** The offline package as held. Times in seconds since the epoch. */
export interface PackageCard {
  readonly version: number;
  readonly madeAt: number;
}

/** Everything that the page shows but the check itself. */
export interface DeskState {
  readonly phase: Phase;
  readonly device?: DeviceCard;
  readonly place: Place;
  /** Whether the hub was reached when last tried. */
  readonly isOnline: boolean;
  readonly held?: PackageCard;
  readonly isUpdating: boolean;
  /** Code of the last update, where it failed. */
  readonly updateError?: string;
  readonly clock: 'ok' | 'behind' | 'ahead';
  /** Checks that wait to be reported. */
  readonly waiting: number;
  readonly isSoundOn: boolean;
  /** A newer build of the page waits. */
  readonly hasNewVersion: boolean;
}

/** What the page needs of the device behind it. */
export interface Desk {
  readonly getState: () => DeskState;
  readonly subscribe: (listener: () => void) => () => void;
  /** Makes this browser a checkpoint's device. @throws ScannerError of the hub's refusal */
  readonly enrol: (token: string) => Promise<void>;
  /** Never throws: what cannot be checked is a result that says so. */
  readonly check: (shown: Shown) => Promise<Omit<Check, 'number'>>;
  readonly setPlace: (place: Partial<Place>) => void;
  readonly setSound: (isOn: boolean) => void;
  readonly update: () => Promise<void>;
  /** Now, seconds since the epoch. */
  readonly now: () => number;
}

/** Seconds after which a package that is renewed twice a minute is told to be old. */
export const PACKAGE_OLD_SECONDS = 600;

/** A result of this device alone: nothing was recognised, and why. */
export const ownResult = (errorCode: string): CheckResult => ({ decidedBy: 'device', status: 'none', stated: 'none', recognition: 'issuer-unreachable', freshness: 'unknown', advice: 'try-again', errorCode });
