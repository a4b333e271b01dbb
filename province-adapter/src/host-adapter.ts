import { readFileSync } from 'node:fs';
import type { DataSource } from 'typeorm';
import type { AdapterConfig } from './config.js';
import { AdapterError } from './errors.js';
import { closeAll } from './hosting/close-all.js';
import type { Hosted } from './hosting/hosted.js';
import { loadProvinceKeys } from './keys/province-keys.js';
import { createCredsReader } from './keys/rotation.schedule.js';
import { connectDatabase, migrateDatabase } from './platform/database.js';
import { competeForLead } from './platform/instance-lock.js';
import type { Logger } from './platform/logger.js';
import { connectNats } from './platform/nats.js';
import { settleWithin } from './platform/settle-within.js';
import type { ProvinceDefinition } from './province-system.js';
import { findProvinceFolder } from './provinces/registry.js';
import { startAdapter } from './start-adapter.js';

const RETRY_MS = 500;
const DRAIN_TIMEOUT_MS = 2000;

const readVersion = (): string => (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;

async function loadProvince(slug: string): Promise<ProvinceDefinition> {
  const folder = findProvinceFolder(slug);
  if (folder === undefined) throw new AdapterError('CONFIG_INVALID', `bad configuration:\n  PROVINCE is none of the 32 nodes`);
  return folder.loadProvince();
}

/** PostgreSQL may start later than this process. Undefined once `stopping`. */
async function openDatabase(config: AdapterConfig, log: Logger, stopping: AbortSignal): Promise<DataSource | undefined> {
  while (!stopping.aborted) {
    let database: DataSource | undefined;
    try {
      database = await connectDatabase(config.databaseUrl, log);
      await migrateDatabase(database);
      return database;
    } catch (err) {
      // Its connections would be missing to the next attempt, where the server has few.
      await database?.destroy().catch(() => undefined);
      log.warn({ err, retryInMs: RETRY_MS }, 'waiting for the database');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  return undefined;
}

/**
 * Opens everything an adapter needs and starts it: in its own process, or beside other provinces of one process. Each has its own
 * database, keys, NATS user and HTTP port either way. Waits for ever for a database, NATS or hub that is not there yet.
 */
export function hostAdapter(config: AdapterConfig, log: Logger): Hosted {
  const closing: (() => Promise<unknown>)[] = [];
  const stopping = new AbortController();

  const start = async (): Promise<string | undefined> => {
    const province = await loadProvince(config.province.slug);
    const keys = await loadProvinceKeys(config.keyFile, config.environment);
    const database = await openDatabase(config, log, stopping.signal);
    if (database === undefined) return undefined;
    closing.push(() => database.destroy());
    const lead = competeForLead(config.databaseUrl, log);
    closing.push(() => lead.close());
    if (!(await lead.acquired)) return undefined;
    const nats = await connectNats({ url: config.nats.url, creds: createCredsReader(config) }, config.province.code, log);
    closing.push(() => settleWithin(nats.drain(), DRAIN_TIMEOUT_MS));
    const adapter = await startAdapter({ config, province, keys, database, nats, lead, adapterVersion: readVersion(), log });
    closing.push(() => adapter.stop());
    await adapter.registered;
    return adapter.httpAddress;
  };
  return {
    ready: start().catch((cause: unknown) => {
      // What is closed under a start fails it: that is the end that was asked for.
      if (stopping.signal.aborted) return undefined;
      throw cause;
    }),
    async stop() {
      stopping.abort();
      await closeAll(closing);
    },
  };
}
