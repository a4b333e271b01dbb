import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import { openHubChannel, type HubChannel } from '../access/hub-channel.js';
import { inviteCheckpoint } from '../province/checkpoints.js';
import { enrolDevice } from '../verify/device-home.js';
import type { GateDevice } from './offline-gate.js';
import { CAST, type OfflinePlace } from './offline-place.js';

const COMMAND_TIMEOUT_MS = 60_000;

/** A province invites a checkpoint, and a device becomes it: key made here, root of the package pinned. */
export async function enrolGateDevice({ addresses, authority, parties }: OfflinePlace, folder: string, province: string = CAST.here.code): Promise<GateDevice> {
  const channel = parties.as({ role: 'province', province });
  // The connection stays open: it is not this step's alone.
  const { facts } = await inviteCheckpoint({ open: () => ({ ...channel, close: () => undefined }) });
  const home = await enrolDevice(folder, String(facts['code']), {
    hub: addresses.hub.grpc, enrolment: addresses.enrolment, authority, packageUrl: `https://${addresses.hub.web.replace('0.0.0.0', '127.0.0.1')}`,
  });
  return { home, folder };
}

/** The hub, as the device. */
export const asDevice = ({ home: { hub, files } }: GateDevice): HubChannel =>
  openHubChannel({ address: hub, authority: readFileSync(files.hubAuthority) }, { certificate: readFileSync(files.certificate), key: readFileSync(files.key) });

/** Runs `npm run verify` as the device; its JSON. @throws what it printed, where it failed (exit code 2) */
export async function runVerify({ folder }: GateDevice, ...options: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const args = [join(checkoutDirectory(), 'dist', 'scripts', 'verify.js'), '--device', folder, '--json', ...options];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: COMMAND_TIMEOUT_MS }).catch((error: unknown) => {
    const { code, stdout: said = '', stderr = '' } = error as { readonly code?: unknown; readonly stdout?: string; readonly stderr?: string };
    // 1 is a code that is not let through.
    if (code === 1 && said !== '') return { stdout: said };
    throw new Error(stderr === '' ? said : stderr, { cause: error });
  });
  return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
}
