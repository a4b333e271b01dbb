import { DataSource } from 'typeorm';
import type { Logger } from './logger.js';
import { Outbox1700000000001 } from './migrations/0001-outbox.js';
import { AttestationKind1700000000002 } from './migrations/0002-attestation-kind.js';
import { StatusList1700000000003 } from './migrations/0003-status-list.js';

/** Keys of PostgreSQL advisory locks, all in one place so that no two meanings share a number. */
export const ADVISORY_LOCK = { migrate: 4_854_001, instance: 4_854_002 } as const;

/** A pool of connections to the adapter's database; nothing is asked of it yet. */
export async function connectDatabase(url: string, logger: Logger): Promise<DataSource> {
  const database = new DataSource({
    type: 'postgres',
    url,
    applicationName: 'province-adapter',
    poolSize: 8,
    connectTimeoutMS: 5000,
    migrations: [Outbox1700000000001, AttestationKind1700000000002, StatusList1700000000003],
    migrationsTableName: 'schema_migration',
    // Without a handler a connection lost while idle would end the process.
    poolErrorHandler: (error: Error) => {
      logger.warn({ err: error }, 'database connection lost');
    },
  });
  return database.initialize();
}

/** Brings the schema up to date. Instances that start together wait for each other. */
export async function migrateDatabase(database: DataSource): Promise<void> {
  const lock = database.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK.migrate]);
    await database.runMigrations({ transaction: 'each' });
    await lock.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCK.migrate]);
  } finally {
    await lock.release();
  }
}
