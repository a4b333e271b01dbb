import type { AdapterErrorCode } from '../errors.js';
import type { ValueTable } from '../local-format/translation-table.js';
import type { LocalSystem } from '../stand-in/local-system.js';

/**
 * What `src/provinces/<slug>/contract.fixture.ts` exports as `contract`, and a mapped or direct province has from elsewhere: the answers that differ from province to province in the
 * questions of provinces.contract.int.test.ts. Tests only.
 */
export interface ProvinceContract {
  /** Every value the local status field takes. Written out, not taken from translate.ts: a wrong line there must not agree with itself. */
  readonly values: ValueTable;
  /** Some of the values it does not take: other systems' words above all. */
  readonly unlistedValues: readonly string[];
  /** Every documented error code, and at least one that is not documented. */
  readonly errorCodes: Readonly<Record<string, AdapterErrorCode>>;
  /** A code of the right form that was never issued. */
  readonly neverIssued: AdapterErrorCode;
  /** Codes that resemble this province's and are another system's, a city's for instance. */
  readonly foreignCodes: readonly string[];
  /** Where the local system leaves files instead of answering over HTTP. */
  readonly files?: FilesContract;
}

/** A folder of files to ask instead of an address. */
export interface FilesContract {
  /** Of this run alone; whoever runs it removes it. */
  readonly folder: string;
  /** A file name that sorts behind every one the stand-in gives. */
  readonly newestName: string;
  /** The stand-in, leaving its files there. */
  loadLocalSystem(): Promise<LocalSystem>;
}
