import { PACKAGE_TARGET_NAMES } from '@health-code/attestation';
import type { SigningMaterial } from './package-files.js';
import { signGeneration, targetPath } from './package-metadata.js';
import { buildPackageParts, encodePackage, type PackageContent } from './package-parts.js';
import type { PackageGeneration, PackageRepository } from './package-repository.js';

/** Where versions are kept; {@link PackageStore} satisfies it. */
export interface GenerationKeeper {
  newestVersion(): Promise<number>;
  readAfter(after: number): Promise<readonly PackageGeneration[]>;
  append(newest: number, least: number, make: (version: number) => PackageGeneration): Promise<PackageGeneration | undefined>;
}

/** What {@link PackagePublisher} works with. */
export interface PackagePublisherParts {
  readonly repository: PackageRepository;
  readonly keeper: GenerationKeeper;
  /** @throws HubError CONFIG_INVALID */
  readonly readMaterial: (now: number) => SigningMaterial;
  /** Brings what is in memory up to date with what was committed, by this replica or another. */
  readonly refresh: () => Promise<void>;
  /** Another text whenever something changed that must not wait for the next interval. */
  readonly fingerprint: () => string;
  readonly gather: (now: number) => Promise<PackageContent>;
  readonly intervalMs: number;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** Targets whose change lets nobody wait: who may speak, what is revoked, what is stricter, what is contradicted. */
const URGENT = new Set([PACKAGE_TARGET_NAMES.provinces, PACKAGE_TARGET_NAMES.policies, PACKAGE_TARGET_NAMES.exceptions]);

/** No admitted province with a key: such a package would turn everybody away, and is never the state of the country. */
const isEmpty = ({ provinces }: ReturnType<typeof buildPackageParts>['provinces']): boolean => !provinces.some(({ standing, keys }) => standing === 'admitted' && keys.length > 0);

/**
 * Makes versions of the offline package: at each interval, and at once when something urgent changed. Every replica may do it; the
 * number of a version is given once.
 */
export class PackagePublisher {
  readonly #parts: PackagePublisherParts;
  #fingerprint: string | undefined;
  /** The lists that the last version names. */
  #named: string | undefined;
  #material: SigningMaterial | undefined;
  #refused: unknown;

  constructor(parts: PackagePublisherParts) {
    this.#parts = parts;
  }

  /** When the root that is served ends, seconds since the epoch, and what is wrong with the files that were to follow it. */
  get root(): { readonly expiresAt: number; readonly refused: unknown } {
    return { expiresAt: this.#material?.roots.expiresAt ?? Infinity, refused: this.#refused };
  }

  /** Reads key and roots: what is wrong with them is said before anybody relies on them. @throws HubError CONFIG_INVALID */
  open(): void {
    this.#readMaterial();
  }

  /** One look: takes over what another replica published, and publishes where that is due. @returns whether it published */
  async look(): Promise<boolean> {
    const { repository, keeper, refresh, gather, fingerprint, now } = this.#parts;
    if ((await keeper.newestVersion()) > repository.version) {
      for (const generation of await keeper.readAfter(repository.version)) repository.publish(generation);
    }
    if (!this.#isDue() && fingerprint() === this.#fingerprint) return false;
    // A replica that lags behind must not publish again what was taken back.
    await refresh();
    const seen = fingerprint();
    const madeAt = now();
    const parts = buildPackageParts(await gather(madeAt), madeAt);
    if (isEmpty(parts.provinces)) return false;
    const targets = encodePackage(parts);
    // A list that no version names yet: without it, nobody offline can tell what its province took back.
    const named = parts.statusLists.lists.map(({ uri }) => uri).join(' ');
    this.#named ??= named;
    if (!this.#isDue() && named === this.#named && this.#isPublished(targets)) {
      this.#fingerprint = seen;
      return false;
    }
    const { key } = this.#readMaterial();
    // Never below the time: a database that was restored from a copy must not look like a rollback to those who had the versions after it.
    const generation = await keeper.append(repository.version, madeAt, (version) => signGeneration({ version, madeAt, targets }, key));
    if (generation === undefined) return false;
    this.#fingerprint = seen;
    this.#named = named;
    repository.publish(generation);
    return true;
  }

  /** A clock that was set back must not stop the package. */
  #isDue(): boolean {
    const { repository, intervalMs, now } = this.#parts;
    return Math.abs(now() - repository.madeAt) * 1000 >= intervalMs;
  }

  #isPublished(targets: ReadonlyMap<string, Uint8Array>): boolean {
    for (const [name, content] of targets) {
      if (URGENT.has(name) && !this.#parts.repository.isCurrent(targetPath(name, content))) return false;
    }
    return true;
  }

  #readMaterial(): SigningMaterial {
    const { readMaterial, repository, now } = this.#parts;
    const held = this.#material;
    try {
      this.#material = readMaterial(now());
      this.#refused = undefined;
    } catch (error) {
      // A file put there by mistake must not let the whole package go stale.
      if (held === undefined || held.roots.expiresAt <= now()) throw error;
      this.#refused = error;
      return held;
    }
    repository.replaceRoots(this.#material.roots.files);
    return this.#material;
  }
}
