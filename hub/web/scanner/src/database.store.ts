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
/** While a browser is still removing what it has cleared, it opens nothing in its place. */
const ATTEMPTS = 8;
const PAUSE_MS = 250;

/**
 * Opens it, making it where there is none.
 * @param onLost told when the browser takes it away while the page is open
 * @throws DOMException where the browser stores nothing for this page
 */
export async function openDatabase(onLost: () => void): Promise<Database> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openOnce(onLost);
    } catch (error) {
      if (attempt >= ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

async function openOnce(onLost: () => void): Promise<Database> {
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
