import { rm } from 'node:fs/promises';
import { parseSidecarConfig, type SidecarConfig } from './config.js';
import { makeDevice } from './device.js';
import { CheckpointError } from './errors.js';
import { readDeviceCredentials } from './hub/device-credentials.js';
import { openHubConnection } from './hub/hub-connection.grpc.js';
import { askForRoot } from './package/pin-root.js';
import { createLogger, type Logger } from './platform/logger.js';
import { replaceFile } from './platform/replace-file.js';
import { startSidecar } from './sidecar/start-sidecar.js';

/** How long a clean end may take, milliseconds; what is unsent by then waits on disk. */
const STOP_TIMEOUT_MS = 15_000;
/** Between two questions for the root of a device that has none. */
const ROOT_RETRY_MS = 2000;

/** The root that is pinned; without one, the hub's, as soon as it is there: before it no package can be trusted. */
async function rootOf(config: SidecarConfig, log: Logger): Promise<Uint8Array> {
  if (config.packageRoot !== undefined) return config.packageRoot;
  for (let told = ''; ; ) {
    const connection = openHubConnection({ address: config.hubAddress, timeoutMs: config.hubTimeoutMs }, readDeviceCredentials(config.device, config.environment));
    try {
      return await askForRoot(config.folder, (request) => connection.checkpoint.getPackageRoot(request));
    } catch (error) {
      const reason = String((error as { readonly code?: unknown }).code);
      if (reason !== told) log.warn({ err: error }, 'no root of the offline package was pinned, and the hub gave none: it is asked until it does');
      told = reason;
      await new Promise((resolve) => setTimeout(resolve, ROOT_RETRY_MS));
    } finally {
      connection.close();
    }
  }
}

/** 卡口边车: a process beside a gate or a turnstile that verifies with and without a network. */
async function main(): Promise<void> {
  const config = parseSidecarConfig(process.env);
  const log = createLogger(config.logLevel);
  if (config.readyFile !== undefined) await rm(config.readyFile, { force: true });
  let stop = (): Promise<void> => Promise.resolve();
  const end = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'stopping');
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end).once('SIGINT', end);
  const now = (): number => Math.floor(Date.now() / 1000);
  const pinnedRoot = await rootOf(config, log);
  const device = makeDevice({ files: config.device, environment: config.environment, packageUrl: config.packageUrl, packageServerName: config.packageServerName, pinnedRoot, folder: config.folder, now });
  const sidecar = await startSidecar({
    device,
    hub: { address: config.hubAddress, timeoutMs: config.hubTimeoutMs },
    listen: config.listen,
    ...(config.tls === undefined ? {} : { tls: config.tls }),
    updateIntervalMs: config.updateIntervalMs,
    reportIntervalMs: config.reportIntervalMs,
    now,
    log,
  });
  stop = sidecar.stop;
  if (config.readyFile !== undefined) await replaceFile(config.readyFile, `${JSON.stringify({ pid: process.pid, address: sidecar.address })}\n`);
}

main().catch((error: unknown) => {
  const isOwn = error instanceof CheckpointError;
  process.stderr.write(`${isOwn ? `${error.code}: ${error.message}` : String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(isOwn && error.code === 'CONFIG_INVALID' ? 78 : 1);
});
