import { readFileSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import type { DataSource } from 'typeorm';
import { parseConfig, type AdapterConfig } from './config.js';
import { AdapterError } from './errors.js';
import { loadProvinceKeys } from './keys/province-keys.js';
import { connectDatabase, migrateDatabase } from './platform/database.js';
import { competeForLead } from './platform/instance-lock.js';
import { createLogger, type Logger } from './platform/logger.js';
import { connectNats } from './platform/nats.js';
import { settleWithin } from './platform/settle-within.js';
import type { ProvinceDefinition } from './province-system.js';
import { findProvinceFolder } from './provinces/registry.js';
import { startAdapter, type RunningAdapter } from './start-adapter.js';

const RETRY_MS = 500;
/** How long a clean end may take; what is unpublished by then waits in the outbox. */
const STOP_TIMEOUT_MS = 20_000;
const DRAIN_TIMEOUT_MS = 2000;

const readVersion = (): string => (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;

async function loadProvince(slug: string): Promise<ProvinceDefinition> {
  const folder = findProvinceFolder(slug);
  if (folder === undefined) throw new AdapterError('CONFIG_INVALID', `bad configuration:\n  PROVINCE has no folder in src/provinces: npm run new-province`);
  return folder.loadProvince();
}

/** PostgreSQL may start later than this process. */
async function openDatabase(config: AdapterConfig, log: Logger): Promise<DataSource> {
  for (;;) {
    try {
      const database = await connectDatabase(config.databaseUrl, log);
      await migrateDatabase(database);
      return database;
    } catch (err) {
      log.warn({ err, retryInMs: RETRY_MS }, 'waiting for the database');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** Under the final name only when complete: whoever waits for the file may read it at once. */
async function writeReadyFile(path: string, httpAddress: string): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify({ pid: process.pid, http: httpAddress })}\n`);
  await rename(`${path}.new`, path);
}

/** Ends the process cleanly at the first SIGTERM or SIGINT, whatever it is waiting for. */
function stopOnSignal(stop: () => Promise<void>, log: Logger): void {
  const end = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'stopping');
    setTimeout(() => {
      log.error('stopping took too long');
      process.exit(1);
    }, STOP_TIMEOUT_MS).unref();
    stop().then(
      () => {
        log.info('stopped');
        process.exit(0);
      },
      (err: unknown) => {
        log.error({ err }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end).once('SIGINT', end);
}

async function run(config: AdapterConfig, log: Logger): Promise<void> {
  const closing: (() => Promise<unknown>)[] = [];
  stopOnSignal(async () => {
    for (const close of closing.reverse()) await close();
  }, log);
  if (config.readyFile !== undefined) await rm(config.readyFile, { force: true });
  const province = await loadProvince(config.province.slug);
  const keys = await loadProvinceKeys(config.keyFile);
  const database = await openDatabase(config, log);
  closing.push(() => database.destroy());
  const lead = competeForLead(config.databaseUrl, log);
  closing.push(() => lead.close());
  if (!(await lead.acquired)) return;
  const nats = await connectNats(config.nats, config.province.code, log);
  closing.push(() => settleWithin(nats.drain(), DRAIN_TIMEOUT_MS));
  const adapter: RunningAdapter = await startAdapter({ config, province, keys, database, nats, lead, adapterVersion: readVersion(), log });
  closing.push(() => adapter.stop());
  await adapter.registered;
  if (config.readyFile !== undefined) await writeReadyFile(config.readyFile, adapter.httpAddress);
  log.info({ http: adapter.httpAddress }, 'ready');
}

async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const log = createLogger(config.logLevel, config.province.code);
  await run(config, log);
}

main().catch((error: unknown) => {
  const isOwn = error instanceof AdapterError;
  process.stderr.write(`${isOwn ? `${error.code}: ${error.message}` : String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(isOwn && error.code === 'CONFIG_INVALID' ? 78 : 1);
});
