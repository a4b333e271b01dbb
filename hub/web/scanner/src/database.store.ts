import type { StoredPackage } from '@health-code/attestation';
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { WaitingReport } from './check-counts.js';
import type { Device } from './device.js';
import type { PackageTrust } from './package-trust.js';

/** What the page keeps. Nothing of any person is in it. */
export interface ScannerSchema extends DBSchema {
  readonly device: { readonly key: 'device'; readonly value: Device };
  readonly trust: { readonly key: 'trust'; readonly value: PackageTrust };
  readonly package: { readonly key: 'generation'; readonly value: StoredPackage };
  readonly reports: { readonly key: string; readonly value: WaitingReport };
}

/** The page's database. */
export type Database = IDBPDatabase<ScannerSchema>;

const NAME = 'health-code-scanner';
const VERSION = 1;

/**
 * Opens it, making it where there is none.
 * @param onLost told when the browser takes it away while the page is open
 * @throws DOMException where the browser stores nothing for this page
 */
export async function openDatabase(onLost: () => void): Promise<Database> {
  const database = await openDB<ScannerSchema>(NAME, VERSION, {
    upgrade(created) {
      for (const name of ['device', 'trust', 'package'] as const) created.createObjectStore(name);
      created.createObjectStore('reports', { keyPath: 'reportId' });
    },
    // A newer page of this site waits for it.
    blocking: () => database.close(),
    terminated: onLost,
  });
  return database;
}

/** Whether a failed write says that there is no room. */
export const isQuotaExceeded = (error: unknown): boolean => error instanceof DOMException && error.name === 'QuotaExceededError';
