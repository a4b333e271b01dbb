import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { unaryTransport, v1 } from '@health-code/messages';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import type { DeviceHome } from '../verify/device-home.js';
import { offlineFolder } from '../verify/device-home.js';

/** A gate with a sidecar beside it: a process of its own, asked over gRPC. */
export interface Gate {
  readonly checkpoint: v1.Checkpoint;
  readonly state: () => Promise<v1.GetStateResponse>;
  /** From now on its clock is this many minutes ahead. */
  readonly setClock: (minutes: number) => Promise<void>;
  /** Ends it: cleanly, or as a power cut does. */
  readonly end: (signal?: 'SIGTERM' | 'SIGKILL') => Promise<void>;
}

/** Whose gate it is. */
export interface GateDevice {
  readonly home: DeviceHome;
  /** Folder of the device. */
  readonly folder: string;
}

const READY_WITHIN_MS = 20_000;
const CALL_TIMEOUT_MS = 15_000;
const MINUTE_MS = 60_000;

const compiled = (...path: readonly string[]): string => join(checkoutDirectory(), ...path);

async function readAddress(file: string, child: ChildProcess): Promise<string> {
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as { readonly address: string }).address;
    } catch (cause) {
      if (Date.now() > until || child.exitCode !== null) throw new Error('the sidecar does not answer', { cause });
      await delay(50);
    }
  }
}

/** Starts the sidecar of an enrolled device and waits until it answers. @throws where it does not */
export async function startGate({ home, folder }: GateDevice, settings: Readonly<Record<string, string>> = {}): Promise<Gate> {
  const ready = join(folder, 'sidecar-ready.json');
  rmSync(ready, { force: true });
  const env = {
    PATH: process.env['PATH'],
    HUB_ADDRESS: home.hub,
    HUB_CA_FILE: home.files.hubAuthority,
    DEVICE_CERT_FILE: home.files.certificate,
    DEVICE_KEY_FILE: home.files.key,
    PACKAGE_URL: home.packageUrl,
    DATA_FOLDER: offlineFolder(folder),
    LISTEN_ADDRESS: '127.0.0.1:0',
    UPDATE_INTERVAL: '500ms',
    REPORT_INTERVAL: '500ms',
    ENVIRONMENT: 'development',
    LOG_LEVEL: 'silent',
    READY_FILE: ready,
    ...settings,
  };
  const child = spawn(process.execPath, ['--import', compiled('dist', 'scripts', 'story', 'offline-clock.js'), compiled('proto', 'checkpoint', 'dist', 'sidecar-main.js')], {
    env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const address = await readAddress(ready, child).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  const client = new Client(address, credentials.createInsecure());
  const transport = unaryTransport(client, { timeoutMs: CALL_TIMEOUT_MS, metadata: new Metadata() });
  const sidecar = v1.Sidecar.create(transport);
  return {
    checkpoint: v1.Checkpoint.create(transport),
    state: () => sidecar.getState({}),
    setClock: async (minutes) => {
      const heard = once(child, 'message');
      child.send(minutes * MINUTE_MS);
      await heard;
    },
    end: async (signal = 'SIGTERM') => {
      client.close();
      child.kill(signal);
      await ended;
    },
  };
}
