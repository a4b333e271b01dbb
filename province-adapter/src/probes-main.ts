import { rm } from 'node:fs/promises';
import { AdapterError } from './errors.js';
import { writeReadyFile } from './hosting/ready-file.js';
import { stopOnSignal } from './hosting/stop-on-signal.js';
import { createLogger, tellTo } from './platform/logger.js';
import { readDeviceCredentials } from './probe/device-credentials.js';
import { parseProbeConfig } from './probe/probe-config.js';
import { ProbeDevice } from './probe/probe-device.grpc.js';

/**
 * A process of checkpoints that take part in measuring, of as many provinces as there are certificates. A real one runs at a
 * checkpoint, and hosts that one alone.
 */
async function main(): Promise<void> {
  const config = parseProbeConfig(process.env);
  const { hub, authorityFile, environment, readyFile } = config;
  const log = createLogger(config.logLevel, 'checkpoints');
  if (readyFile !== undefined) await rm(readyFile, { force: true });
  const devices = config.devices.map(
    ({ province, files }) => new ProbeDevice({ province, hub, log, readCredentials: () => readDeviceCredentials(authorityFile, files, { province, environment }) }),
  );
  stopOnSignal(async () => {
    await Promise.all(devices.map((device) => device.stop()));
  }, tellTo(log));
  for (const device of devices) device.start();
  if (readyFile !== undefined) await writeReadyFile(readyFile, { devices: devices.length });
  log.info({ devices: devices.length }, 'ready');
}

main().catch((error: unknown) => {
  const isOwn = error instanceof AdapterError;
  process.stderr.write(`${isOwn ? `${error.code}: ${error.message}` : String(error instanceof Error ? error.stack : error)}\n`);
  process.exit(isOwn && error.code === 'CONFIG_INVALID' ? 78 : 1);
});
