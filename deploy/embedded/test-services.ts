/**
 * Real PostgreSQL and NATS for tests named *.int.test.ts.
 *
 *   import { createTestDatabase, startTestNats } from '../../../deploy/embedded/test-services.js';
 *
 *   const database = await createTestDatabase();          // an empty database of its own on the shared server
 *   new DataSource({ type: 'postgres', url: database.url }); …; await database.drop();
 *
 *   const nats = await startTestNats();                    // a broker of its own: streams and consumers of test files never meet
 *   connect({ servers: nats.url, inboxPrefix: '_INBOX.hub',
 *             authenticator: credsAuthenticator(new TextEncoder().encode(nats.creds('hub'))) });   or: await nats.connect('hub')
 *   nats.credsFile('520000'); nats.accountSeed; await nats.kill(); await nats.restart(); …; await nats.stop();
 *
 * The hub and the provinces have the rights of @health-code/messages and no others; the party `admin` may do everything, so that
 * a test can set a scene and look behind it. Run the tests with `npx vitest run --project integration <path>`.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inboxPrefix, type NatsRights } from '@health-code/messages';
import { connect, credsAuthenticator, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import pg from 'pg';
import { inject } from 'vitest';
import { openDataDirectory } from './data-directory.js';
import { ensureCreds } from './nats-accounts.js';
import { mintUser, type MintedUser } from './nats-users.js';
import { startNats } from './nats.js';
import { externalPostgres } from './postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser's URL of the shared server's maintenance database. */
    readonly DATABASE_URL: string;
    /** The nats-server program. */
    readonly NATS_SERVER: { readonly path: string; readonly env: Readonly<Record<string, string>> };
  }
}

/** Provinces that have a user on every test broker. */
export const TEST_PROVINCES: readonly string[] = ['110000', '310000', '320000', '510000', '520000', '660000'];

/** A database that one test file has to itself. */
export interface TestDatabase {
  readonly url: string;
  /** Drops it, sessions included. */
  readonly drop: () => Promise<void>;
}

/** Creates an empty database on the shared server. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = inject('DATABASE_URL');
  const server = externalPostgres(adminUrl);
  const name = `test_${randomBytes(8).toString('hex')}`;
  await server.createDatabase(name);
  return {
    url: server.url(name),
    drop: async () => {
      const client = new pg.Client({ connectionString: adminUrl });
      await client.connect();
      await client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
      await client.end();
    },
  };
}

/** A broker that one test file has to itself. */
export interface TestNats {
  readonly url: string;
  /** Creds, JWT and seed, of `hub`, of a province's code, or of `admin`, who may do everything. */
  readonly creds: (party: string) => string;
  readonly credsFile: (party: string) => string;
  /** A connection of `party`, with its own inbox, that is taken up again for ever. */
  readonly connect: (party: string, options?: NodeConnectionOptions) => Promise<NatsConnection>;
  /** Seed that signs users of the account ("SA…"), its file, and the account it is of ("A…"). */
  readonly accountSeed: string;
  readonly accountSeedFile: string;
  readonly account: string;
  /** A user with any rights, with its key. */
  readonly mint: (name: string, rights: NatsRights, options?: { readonly expiresAt?: number; readonly development?: boolean }) => Promise<MintedUser>;
  /** Takes the user of this public key away, and gives it back. */
  readonly revokeUser: (publicKey: string) => Promise<void>;
  readonly restoreUser: (publicKey: string) => Promise<void>;
  /** SIGKILL, as a crash; what was stored stays. */
  readonly kill: () => Promise<void>;
  /** Starts it again at the same address, with what was stored. */
  readonly restart: () => Promise<void>;
  /** Ends it and removes what it stored. */
  readonly stop: () => Promise<void>;
}

const ADMIN = 'admin';
const ALL_RIGHTS: NatsRights = { publish: ['>'], subscribe: ['>'], answers: false };
const HOUR_S = 3600;

/** Signs in with the text of a creds file. */
export const withCreds = (creds: string): NodeConnectionOptions => ({ authenticator: credsAuthenticator(new TextEncoder().encode(creds)) });

/** Starts a NATS server with JetStream in operator mode, with users for the hub and {@link TEST_PROVINCES}. */
export async function startTestNats(): Promise<TestNats> {
  const directory = mkdtempSync(join(tmpdir(), 'health-code-nats-'));
  const data = await openDataDirectory(directory);
  const start = () => startNats(data, inject('NATS_SERVER'), TEST_PROVINCES);
  let nats = await start();
  const { url, signer } = nats;
  const { file: adminFile } = await ensureCreds(data, signer, ADMIN, ALL_RIGHTS);
  const credsFile = (party: string): string => (party === ADMIN ? adminFile : nats.credsFile(party));
  const creds = (party: string): string => readFileSync(credsFile(party), 'utf8');
  return {
    url,
    creds,
    credsFile,
    connect: (party, options = {}) =>
      connect({ servers: url, name: party, inboxPrefix: inboxPrefix(party), maxReconnectAttempts: -1, reconnectTimeWait: 100, ...withCreds(creds(party)), ...options }),
    accountSeed: signer.seed,
    accountSeedFile: nats.accountSeedFile,
    account: signer.account ?? '',
    mint: (name, rights, options = {}) =>
      mintUser(signer, { name, rights, expiresAt: options.expiresAt ?? Math.floor(Date.now() / 1000) + HOUR_S, isForDevelopment: options.development ?? false }),
    revokeUser: (publicKey) => nats.revokeUser(publicKey),
    restoreUser: (publicKey) => nats.restoreUser(publicKey),
    kill: async () => {
      await nats.child?.kill();
    },
    restart: async () => {
      await nats.child?.stop(2000);
      nats = await start();
    },
    stop: async () => {
      await nats.child?.stop(2000);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
