import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultDataPath } from './checkout.js';

/** Where the parts of a running country listen. Holds no secrets. */
export interface Addresses {
  /** `host:port` each; `grpc` asks every caller for a certificate and has one for `localhost` itself; `web` is HTTPS. */
  readonly hub: { readonly grpc: string; readonly http: string; readonly web: string };
  /** `host:port` where who has no certificate yet applies for one. */
  readonly enrolment: string;
  /** NATS URL without credentials. */
  readonly nats: string;
  /** By slug; `host:port` of each adapter's HTTP server. */
  readonly adapters: Readonly<Record<string, string>>;
  /** By slug; `host:port` of each stand-in local system. */
  readonly localSystems: Readonly<Record<string, string>>;
}

const fileIn = (dataPath: string): string => join(dataPath, 'addresses.json');

/** Publishes the addresses for other commands of this checkout. */
export function writeAddresses(dataPath: string, addresses: Addresses): void {
  writeFileSync(fileIn(dataPath), `${JSON.stringify(addresses, null, 2)}\n`);
}

/** Takes the addresses back: nothing listens there any more. */
export function removeAddresses(dataPath: string): void {
  rmSync(fileIn(dataPath), { force: true });
}

/** The addresses of the country that runs from `dataPath`; absent when none does. */
export function readAddresses(dataPath = defaultDataPath()): Addresses | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(dataPath), 'utf8')) as Addresses;
  } catch {
    return undefined;
  }
}
