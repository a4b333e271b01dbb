import { parseDatabaseUrl } from '../config.js';
import { HubError } from '../errors.js';
import { openDatabase } from './database.js';
import { createLogger } from './logger.js';

/**
 * The process that brings the hub's schema up to date and ends: run by the role that owns the tables, so that the hub itself
 * can run as one that may change neither them nor what is append-only. Told `DATABASE_URL` alone.
 */
async function main(): Promise<void> {
  const database = await openDatabase(parseDatabaseUrl(), createLogger('info'));
  await database.destroy();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof HubError ? `${error.code}: ${error.message}` : String(error)}\n`);
  process.exit(error instanceof HubError && error.code === 'CONFIG_INVALID' ? 78 : 1);
});
