import { hostLocalSystem } from './host-local-system.js';
import { writeReadyFile } from './hosting/ready-file.js';
import { stopOnSignal } from './hosting/stop-on-signal.js';
import { readStandInConfig } from './stand-in/config.js';

/** STAND-IN: the process that plays one province's closed local system. Not part of what a province runs. */
async function main(): Promise<void> {
  const config = readStandInConfig();
  const standIn = hostLocalSystem(config);
  stopOnSignal(() => standIn.stop(), console.log);
  const http = await standIn.ready;
  if (http === undefined) return;
  if (config.readyFile !== undefined) await writeReadyFile(config.readyFile, { http });
  console.log(`${config.slug}: stand-in for the local system answers at http://${http}`);
}

main().catch((cause: unknown) => {
  console.error(cause instanceof Error ? cause.message : String(cause));
  process.exit(1);
});
