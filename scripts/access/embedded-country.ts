import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAddresses, type Addresses } from '../../deploy/embedded/addresses.js';
import { defaultDataPath } from '../../deploy/embedded/checkout.js';
import { countryDataPath } from '../country/data-path.js';
import type { ClientCertificate } from './hub-channel.js';

/** A country that runs on this machine, and the files its supervisor made. */
export interface EmbeddedCountry {
  readonly dataPath: string;
  readonly addresses: Addresses;
  /** Path of a file below `secrets/pki`. */
  readonly pki: (file: string) => string;
  /** Certificate and key of one of its parties: `operator-a`, `checkpoint-520000`. */
  readonly certificateOf: (party: string) => ClientCertificate;
}

function openCountry(dataPath: string): EmbeddedCountry | undefined {
  const addresses = readAddresses(dataPath);
  if (addresses === undefined) return undefined;
  const pki = (file: string): string => join(dataPath, 'secrets', 'pki', file);
  return {
    dataPath,
    addresses,
    pki,
    certificateOf: (party) => ({ certificate: readFileSync(pki(`${party}.crt`)), key: readFileSync(pki(`${party}.key`)) }),
  };
}

/** The country that runs on this machine: of `npm start`, else of `npm run country`, or the one of `dataPath` alone; undefined when none does. */
export function findEmbeddedCountry(dataPath?: string): EmbeddedCountry | undefined {
  const places = dataPath === undefined ? [defaultDataPath(), countryDataPath()] : [dataPath];
  return places.map(openCountry).find((country) => country !== undefined && existsSync(country.pki('server-ca.crt')));
}
