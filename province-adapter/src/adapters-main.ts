import { parseConfig } from './config.js';
import { hostAdapter } from './host-adapter.js';
import { hostMany, readHostedSettings } from './hosting/host-many.js';
import { stopOnSignal } from './hosting/stop-on-signal.js';
import { createLogger, tellTo } from './platform/logger.js';

/**
 * A process of several provinces' adapters, for simulating the country on one machine; a deployment runs `main.ts`, one process
 * for each province. They share the processor and an end by a crash, and nothing else.
 */
async function main(): Promise<void> {
  const log = createLogger('info', 'several');
  const adapters = hostMany(
    readHostedSettings(process.argv[2]),
    (settings) => {
      const config = parseConfig(settings);
      return hostAdapter(config, createLogger(config.logLevel, config.province.code));
    },
    (settings, err) => {
      log.error({ err, slug: settings['PROVINCE'] }, 'this province could not be started; the others of this process run on');
    },
  );
  stopOnSignal(() => adapters.stop(), tellTo(log));
  const started = await adapters.started;
  if (started === undefined) return;
  if (started === 0) throw new Error('none of the provinces of this process could be started');
  log.info({ started }, 'ready');
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(1);
});
