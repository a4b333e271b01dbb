import pg from 'pg';
import { DataSource } from 'typeorm';
import { HubError } from '../errors.js';
import type { Logger } from './logger.js';
import { Registry1700000000001 } from './migrations/0001-registry.js';
import { Ledger1700000000002 } from './migrations/0002-ledger.js';
import { KeyRetirement1700000000003 } from './migrations/0003-key-retirement.js';
import { CitedFacts1700000000004 } from './migrations/0004-cited-facts.js';
import { RiskLevel1700000000005 } from './migrations/0005-risk-level.js';
import { ConversionRetention1700000000006 } from './migrations/0006-conversion-retention.js';
import { Membership1700000000007 } from './migrations/0007-membership.js';
import { Governance1700000000008 } from './migrations/0008-governance.js';
import { ProbeResult1700000000009 } from './migrations/0009-probe-result.js';
import { StatusList1700000000010 } from './migrations/0010-status-list.js';
import { OfflinePackage1700000000011 } from './migrations/0011-offline-package.js';

/** Keys of PostgreSQL advisory locks, all in one place so that no two meanings share a number. */
export const ADVISORY_LOCK = { migrate: 4_853_001, ingest: 4_853_002, package: 4_853_003 } as const;

/**
 * Connects and brings the schema up to date. Replicas that start together wait for each other.
 * @throws HubError DATABASE_UNAVAILABLE
 */
export async function openDatabase(url: string, logger: Logger): Promise<DataSource> {
  const database = new DataSource({
    type: 'postgres',
    url,
    applicationName: 'hub',
    poolSize: 10,
    connectTimeoutMS: 5000,
    migrations: [
      Registry1700000000001,
      Ledger1700000000002,
      KeyRetirement1700000000003,
      CitedFacts1700000000004,
      RiskLevel1700000000005,
      ConversionRetention1700000000006,
      Membership1700000000007,
      Governance1700000000008,
      ProbeResult1700000000009,
      StatusList1700000000010,
      OfflinePackage1700000000011,
    ],
    migrationsTableName: 'schema_migration',
    poolErrorHandler: (error: Error) => {
      logger.warn({ err: error }, 'database connection lost');
    },
  });
  try {
    await database.initialize();
  } catch (cause) {
    throw new HubError('DATABASE_UNAVAILABLE', 'the database cannot be reached', { cause });
  }
  await migrate(database, logger);
  return database;
}

async function migrate(database: DataSource, logger: Logger): Promise<void> {
  const lock = database.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK.migrate]);
    const applied = await database.runMigrations({ transaction: 'each' });
    logger.info({ applied: applied.map((migration) => migration.name) }, 'database schema is up to date');
    await lock.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCK.migrate]);
    await lock.release();
  } catch (error) {
    // The pool ends with the lock's connection in it, and the lock with that.
    await lock.release();
    await database.destroy();
    throw error;
  }
}

/**
 * A connection of its own, outside the pool: what is held in its session (an advisory lock) ends with it and never goes
 * back into a pool.
 * @throws HubError DATABASE_UNAVAILABLE
 */
export async function openDedicatedConnection(url: string, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: 5000,
    query_timeout: 30_000,
    keepAlive: true,
  });
  try {
    await client.connect();
    return client;
  } catch (cause) {
    throw new HubError('DATABASE_UNAVAILABLE', 'the database cannot be reached', { cause });
  }
}
