import { findPackageAlarms, type PackageAlarm } from './package-alarms.js';
import type { PackageConfig } from './package-config.js';

/** Looks at the hub's own publishing: it has to notice before a checkpoint does that nothing is signed any more. */
export class PackageWatch {
  readonly #settings: Pick<PackageConfig, 'intervalMs'> | undefined;
  readonly #repository: { readonly madeAt: number };
  readonly #now: () => number;
  readonly #startedAt: number;
  #rootExpiresAt = Infinity;
  #isRootRefused = false;

  /** `now` gives seconds since the epoch. Without settings nothing is published, and nothing can be late. */
  constructor(settings: Pick<PackageConfig, 'intervalMs'> | undefined, repository: { readonly madeAt: number }, now: () => number) {
    this.#settings = settings;
    this.#repository = repository;
    this.#now = now;
    this.#startedAt = now();
  }

  /** Notes when the root that is served ends, seconds since the epoch, and whether the files that were to follow it are refused. */
  recordRoot(expiresAt: number, isRefused: boolean): void {
    this.#rootExpiresAt = expiresAt;
    this.#isRootRefused = isRefused;
  }

  /** What is wrong now. */
  alarms(): readonly PackageAlarm[] {
    if (this.#settings === undefined) return [];
    const { intervalMs } = this.#settings;
    const watched = { madeAt: this.#repository.madeAt, rootExpiresAt: this.#rootExpiresAt, isRootRefused: this.#isRootRefused, intervalMs, startedAt: this.#startedAt };
    return findPackageAlarms(watched, this.#now());
  }
}
