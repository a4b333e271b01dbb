/**
 * Real PostgreSQL and NATS for tests named *.int.test.ts.
 *
 *   import { createTestDatabase, startTestNats } from '../../../deploy/embedded/test-services.js';
 *
 *   const database = await createTestDatabase();          // an empty database of its own on the shared server
 *   new DataSource({ type: 'postgres', url: database.url }); …; await database.drop();
 *
 *   const nats = await startTestNats();                    // a broker of its own, 50 ms: streams and consumers of test files
 *   connect({ servers: nats.url, user: 'hub', pass: nats.password('hub'), inboxPrefix: '_INBOX.hub' });   never meet
 *   nats.passwordFile('520000'); await nats.kill(); await nats.restart(); …; await nats.stop();
 *
 * Run them with `npx vitest run --project integration <path>`. The setup (test-setup.ts) starts one server of each kind for the
 * run; `inject('DATABASE_URL')` and `inject('NATS_URL')` are theirs, `inject('NATS_PASSWORDS')` maps each user to its password.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { openDataDirectory } from './data-directory.js';
import { startNats } from './nats.js';
import { externalPostgres } from './postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser's URL of the shared server's maintenance database. */
    readonly DATABASE_URL: string;
    readonly NATS_URL: string;
    readonly NATS_PASSWORDS: Readonly<Record<string, string>>;
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
  /** Password of `hub` or of a province's code. */
  readonly password: (party: string) => string;
  readonly passwordFile: (party: string) => string;
  /** SIGKILL, as a crash; what was stored stays. */
  readonly kill: () => Promise<void>;
  /** Starts it again at the same address, with what was stored. */
  readonly restart: () => Promise<void>;
  /** Ends it and removes what it stored. */
  readonly stop: () => Promise<void>;
}

/** Starts a NATS server with JetStream and with users for the hub and {@link TEST_PROVINCES}. */
export async function startTestNats(): Promise<TestNats> {
  const directory = mkdtempSync(join(tmpdir(), 'health-code-nats-'));
  const data = await openDataDirectory(directory);
  const start = () => startNats(data, inject('NATS_SERVER'), TEST_PROVINCES);
  let nats = await start();
  return {
    url: nats.url,
    passwordFile: (party) => nats.login(party).passwordFile,
    password: (party) => readFileSync(nats.login(party).passwordFile, 'utf8'),
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
