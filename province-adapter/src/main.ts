import { rm } from 'node:fs/promises';
import { parseConfig } from './config.js';
import { AdapterError } from './errors.js';
import { hostAdapter } from './host-adapter.js';
import { writeReadyFile } from './hosting/ready-file.js';
import { stopOnSignal } from './hosting/stop-on-signal.js';
import { createLogger, tellTo } from './platform/logger.js';

/** The process of one province's adapter. */
async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const log = createLogger(config.logLevel, config.province.code);
  if (config.readyFile !== undefined) await rm(config.readyFile, { force: true });
  const adapter = hostAdapter(config, log);
  stopOnSignal(() => adapter.stop(), tellTo(log));
  const http = await adapter.ready;
  if (http === undefined) return;
  if (config.readyFile !== undefined) await writeReadyFile(config.readyFile, { http });
  log.info({ http }, 'ready');
}

main().catch((error: unknown) => {
  const isOwn = error instanceof AdapterError;
  process.stderr.write(`${isOwn ? `${error.code}: ${error.message}` : String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(isOwn && error.code === 'CONFIG_INVALID' ? 78 : 1);
});
