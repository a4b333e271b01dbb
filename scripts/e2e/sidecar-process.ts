import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { unaryTransport, v1 } from '@health-code/messages';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import type { RunningCountry } from './running-country.js';

/** A sidecar as a process of its own, and the ways into it. */
export interface SidecarProcess {
  readonly checkpoint: v1.Checkpoint;
  readonly state: () => Promise<v1.GetStateResponse>;
  /** Ends it: cleanly, or as a power cut does. */
  readonly end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>;
}

const READY_WITHIN_MS = 20_000;

async function readAddress(file: string, child: ChildProcess): Promise<string> {
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as { readonly address: string }).address;
    } catch {
      if (Date.now() > until || child.exitCode !== null) throw new Error('the sidecar does not answer');
      await delay(50);
    }
  }
}

/** Starts the sidecar of the checkpoint of a province; what it keeps stands below the country's data. */
export async function startSidecarProcess(country: RunningCountry, province: string): Promise<SidecarProcess> {
  const pki = (file: string): string => join(country.dataPath, 'secrets', 'pki', file);
  const folder = join(country.dataPath, `sidecar-${province}`);
  const ready = `${folder}-ready.json`;
  rmSync(ready, { force: true });
  const env = {
    PATH: process.env['PATH'],
    HUB_ADDRESS: country.addresses.hub.grpc,
    HUB_CA_FILE: pki('server-ca.crt'),
    DEVICE_CERT_FILE: pki(`checkpoint-${province}.crt`),
    DEVICE_KEY_FILE: pki(`checkpoint-${province}.key`),
    PACKAGE_URL: `https://${country.addresses.hub.web}`,
    DATA_FOLDER: folder,
    LISTEN_ADDRESS: '127.0.0.1:0',
    UPDATE_INTERVAL: '1s',
    REPORT_INTERVAL: '500ms',
    ENVIRONMENT: 'development',
    LOG_LEVEL: 'warn',
    READY_FILE: ready,
  };
  const child = spawn(process.execPath, [join(checkoutDirectory(), 'proto', 'checkpoint', 'dist', 'sidecar-main.js')], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const client = new Client(await readAddress(ready, child), credentials.createInsecure());
  const transport = unaryTransport(client, { timeoutMs: 15_000, metadata: new Metadata() });
  const sidecar = v1.Sidecar.create(transport);
  return {
    checkpoint: v1.Checkpoint.create(transport),
    state: () => sidecar.getState({}),
    end: async (signal) => {
      client.close();
      child.kill(signal);
      await ended;
    },
  };
}
