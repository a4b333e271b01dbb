import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Province } from '@health-code/attestation';
import { inboxPrefix } from '@health-code/messages';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { packageCache } from '../../../deploy/embedded/checkout.js';
import { NATS_SERVER, findProgram, programPath, type FoundProgram } from '../../../deploy/embedded/debian-package.js';
import { openDataDirectory, type DataDirectory } from '../../../deploy/embedded/data-directory.js';
import { startNats, type Nats } from '../../../deploy/embedded/nats.js';
import { openPki, type Pki } from '../../../deploy/embedded/pki.js';
import { clusterDirectory, startPostgres, type Postgres } from '../../../deploy/embedded/postgres.js';

/** What is ended last, the other way round than it was started. */
export type Closing = (() => Promise<unknown>)[];

/** What kit and adapter both stand on: a broker, certificates, and a folder that is gone afterwards. All made for this one run. */
export interface Ground {
  readonly data: DataDirectory;
  readonly nats: Nats;
  readonly pki: Pki;
  /** Signed in as the hub. */
  readonly hub: NatsConnection;
  /** For an adapter of this repository; one that is started by hand brings its own. Never that of DATABASE_URL: there the real adapter may keep what it signed. */
  readonly postgres?: Postgres;
}

const HUB = 'hub';
const PATIENCE_MS = 2000;
const FEW_CONNECTIONS = 40;

/** Where the NATS server comes from. */
export const findNatsServer = (path: string | undefined, announce: (line: string) => void): Promise<FoundProgram> =>
  findProgram(NATS_SERVER, { cache: packageCache(), path: programPath(path), announce });

/** Makes the ground, with a database where `isOwn`. What it starts is ended by `closing`, also where it does not get to its end. @throws DeploymentError */
export async function layGround(province: Province, server: FoundProgram, isOwn: boolean, closing: Closing): Promise<Ground> {
  const directory = mkdtempSync(join(tmpdir(), 'health-code-conformance-'));
  closing.push(() => {
    for (const path of [directory, dirname(clusterDirectory(directory))]) rmSync(path, { recursive: true, force: true });
    return Promise.resolve();
  });
  const data = await openDataDirectory(directory);
  closing.push(async () => {
    await Promise.all(data.children().map((child) => child.stop(PATIENCE_MS)));
    data.release();
  });
  const [nats, pki, postgres] = await Promise.all([startNats(data, server, [province.code]), openPki(data, [province.code]), isOwn ? startPostgres(data, FEW_CONNECTIONS) : undefined]);
  const hub = await connect({ servers: nats.url, authenticator: credsAuthenticator(readFileSync(nats.credsFile(HUB))), inboxPrefix: inboxPrefix(HUB) });
  closing.push(() => hub.close());
  return { data, nats, pki, hub, ...(postgres === undefined ? {} : { postgres }) };
}

/** Ends everything, the last first; what cannot be ended keeps nothing else from it. */
export async function closeGround(closing: Closing): Promise<void> {
  for (let close = closing.pop(); close !== undefined; close = closing.pop()) await close().catch(() => undefined);
}
