import { renameSync, writeFileSync } from 'node:fs';
import { findProvinceFolder, PROVINCE_FOLDERS } from './provinces/registry.js';
import { readStandInConfig } from './stand-in/config.js';
import { startStandIn } from './stand-in/start-stand-in.http.js';

/** STAND-IN: the process that plays one province's closed local system. Not part of what a province runs. */
async function main(): Promise<void> {
  const config = readStandInConfig();
  const folder = findProvinceFolder(config.slug);
  if (folder === undefined)
    throw new Error(
      `PROVINCE: no folder ${config.slug}; there are ${PROVINCE_FOLDERS.map(({ slug }) => slug).join(', ')}`,
    );
  const started = await startStandIn(await folder.loadLocalSystem(), config);
  console.log(`${config.slug}: stand-in for the local system answers at http://${started.address}`);
  if (config.readyFile !== undefined) {
    // Renamed into place, so that whoever waits for the file never reads half of it.
    writeFileSync(`${config.readyFile}.new`, JSON.stringify({ pid: process.pid, http: started.address }));
    renameSync(`${config.readyFile}.new`, config.readyFile);
  }
  const stop = (): void => {
    void started.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((cause: unknown) => {
  console.error(cause instanceof Error ? cause.message : String(cause));
  process.exit(1);
});
