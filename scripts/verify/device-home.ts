import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { defaultDataPath } from '../../deploy/embedded/checkout.js';
import { chainToPem, makeCertificateRequest, makeTlsKey } from '../access/certificate-request.js';
import { CommandError } from '../access/command-error.js';
import { withHubChannel } from '../access/hub-channel.js';
import { replaceFile } from '../access/replace-file.js';
import { isoTime } from '../access/words.js';
import { pinRoot } from '@health-code/checkpoint';
import { parseSpiffeId } from '@health-code/messages';

const SETTINGS = z.strictObject({
  format: z.literal(1),
  hub: z.string(),
  /** Assigned by the hub: `spiffe://…/checkpoint/<province>/<id>`. */
  identity: z.string(),
  /** GB/T 2260 code of the province that invited the device. */
  province: z.string(),
  /** Where its hub publishes the offline package; absent where nobody said. */
  packageUrl: z.string().optional(),
});

/** An enrolled device: where its hub is, who it is, and the files by which it proves that. */
export interface DeviceHome {
  readonly hub: string;
  readonly identity: string;
  readonly province: string;
  readonly packageUrl?: string | undefined;
  readonly files: { readonly certificate: string; readonly key: string; readonly hubAuthority: string };
}

/** Default folder of the device that a machine is. */
export const defaultDevice = (): string => join(defaultDataPath(), 'checkpoint');

const filesIn = (folder: string): DeviceHome['files'] & { readonly settings: string } => ({
  certificate: join(folder, 'device.crt'),
  key: join(folder, 'device.key'),
  hubAuthority: join(folder, 'hub-ca.crt'),
  settings: join(folder, 'checkpoint.json'),
});

/** The device of a folder. @throws CommandError when none was enrolled there */
export function openDeviceHome(folder: string): DeviceHome {
  const { settings, ...files } = filesIn(resolve(folder));
  try {
    return { ...SETTINGS.omit({ format: true }).strip().parse(JSON.parse(readFileSync(settings, 'utf8'))), files };
  } catch (cause) {
    throw new CommandError(`no device was enrolled in ${folder}`, 'Ask the province for a one-time code (npm run province -- invite-checkpoint), then: npm run verify -- --enrol <code>', { cause });
  }
}

/** Where a device enrols. */
export interface EnrolmentPlace {
  /** host:port of the hub, and of its listener for first contact. */
  readonly hub: string;
  readonly enrolment: string;
  /** Authority of the hub's certificates, PEM. */
  readonly authority: Buffer;
  /** Where the hub publishes the offline package. */
  readonly packageUrl?: string | undefined;
}

/** Where a device keeps the package and what waits to be reported. */
export const offlineFolder = (device: string): string => join(device, 'offline');

/** What enrolling came to. */
export interface Enrolled extends DeviceHome {
  /** ISO 8601. */
  readonly expiresAt: string;
}

/**
 * 卡口设备接入. Redeems a one-time code of a province for the device's certificate. The key is made here and stays here; it is on disk before
 * the code is sent, so that a step that was broken off is repeated with it.
 * @throws CommandError when a device was enrolled in the folder before
 */
export async function enrolDevice(folder: string, code: string, { hub, enrolment, authority, packageUrl }: EnrolmentPlace): Promise<Enrolled> {
  const { settings, ...files } = filesIn(resolve(folder));
  if (existsSync(settings)) throw new CommandError(`a device was enrolled in ${folder} before`, 'Use it with --device, or enrol another one in another folder.');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(files.key)) replaceFile(files.key, makeTlsKey());
  replaceFile(files.hubAuthority, authority);
  const certificateRequest = await makeCertificateRequest(readFileSync(files.key, 'utf8'), 'checkpoint');
  const { certificate, packageRoot } = await withHubChannel({ address: enrolment, authority }, undefined, (channel) => channel.enrolment.apply({ token: code, certificateRequest }));
  const identity = certificate?.identity ?? '';
  const named = parseSpiffeId(identity);
  const province = named?.role === 'checkpoint' ? named.province : '';
  replaceFile(files.certificate, chainToPem(certificate?.chain ?? []));
  // Pinned now, or never by this way: whoever is asked later could be another.
  if (packageRoot.length > 0) await pinRoot(offlineFolder(folder), packageRoot);
  replaceFile(settings, `${JSON.stringify({ format: 1, hub, identity, province, packageUrl }, undefined, 2)}\n`);
  return { hub, identity, province, packageUrl, files, expiresAt: isoTime(certificate?.expiresAt) };
}
