import { AttestationError, type PackageStore, type StoredPackage } from '@health-code/attestation';
import { isQuotaExceeded, type Database } from './database.store.js';
import { isOvertaken, type PackageTrust, type TrustStore } from './package-trust.js';

const failed = (error: unknown): AttestationError =>
  new AttestationError('PACKAGE_STORAGE_FAILED', isQuotaExceeded(error) ? 'there is no room in this browser' : 'this browser has not stored it', { cause: error });

/** The generation of the package that is in use, replaced in one transaction: a page that ends in between finds the former one. */
export class BrowserPackageStore implements PackageStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  read(): Promise<StoredPackage | undefined> {
    return this.#database.get('package', 'generation');
  }

  /** Passes over what another page of this browser has overtaken. @throws {AttestationError} PACKAGE_STORAGE_FAILED */
  async replace(next: StoredPackage): Promise<void> {
    try {
      const transaction = this.#database.transaction('package', 'readwrite', { durability: 'strict' });
      const held = await transaction.store.get('generation');
      if (held === undefined || held.version <= next.version) await transaction.store.put(next, 'generation');
      await transaction.done;
    } catch (error) {
      throw failed(error);
    }
  }
}

/** Accepted metadata, likewise. */
export class BrowserTrustStore implements TrustStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  read(): Promise<PackageTrust | undefined> {
    return this.#database.get('trust', 'trust');
  }

  /** @throws {AttestationError} PACKAGE_STORAGE_FAILED */
  async replace(trust: PackageTrust): Promise<void> {
    try {
      const transaction = this.#database.transaction('trust', 'readwrite', { durability: 'strict' });
      if (!isOvertaken(await transaction.store.get('trust'), trust)) await transaction.store.put(trust, 'trust');
      await transaction.done;
    } catch (error) {
      throw failed(error);
    }
  }
}
