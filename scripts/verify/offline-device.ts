import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findPinnedRoot, Gate, makeDevice, parseAsked, verifyBatch, type Device, type DeviceFiles } from '@health-code/checkpoint';
import { v1 } from '@health-code/messages';
import { CommandError } from '../access/command-error.js';
import { findEmbeddedCountry, type EmbeddedCountry } from '../access/embedded-country.js';
import { UsageError, type VerifyArguments } from './arguments.js';
import { offlineFolder, openDeviceHome } from './device-home.js';
import type { Judge } from './judge.js';

/** Where a device that verifies by itself keeps things, and where its package comes from. */
export interface OfflinePlace {
  readonly files: DeviceFiles;
  readonly folder: string;
  /** Absent where nobody said; needed to fetch, not to judge. */
  readonly packageUrl?: string | undefined;
  /** host:port of the hub; absent where none is known. */
  readonly hub?: string | undefined;
}

/** Where the hub of a country on this machine publishes the package. */
export const packageUrlOf = ({ addresses }: EmbeddedCountry): string => `https://${addresses.hub.web}`;

function embeddedPlace(dataPath: string | undefined, province: string): OfflinePlace {
  const country = findEmbeddedCountry(dataPath);
  const party = `checkpoint-${province}`;
  if (country === undefined || !existsSync(country.pki(`${party}.crt`))) throw new UsageError(`no checkpoint of ${province} has a certificate here: give --device FOLDER of one that was enrolled, or start a country with \`npm start\``);
  const files = { certificate: country.pki(`${party}.crt`), key: country.pki(`${party}.key`), hubAuthority: country.pki('server-ca.crt') };
  return { files, folder: join(country.dataPath, 'offline', party), packageUrl: packageUrlOf(country), hub: country.addresses.hub.grpc };
}

/** The place of the device that the command line names, or of the one that a country on this machine made for its province. @throws UsageError, CommandError */
export function offlinePlace({ deviceFolder, device, dataPath, context, packageUrl, hub }: Pick<VerifyArguments, 'deviceFolder' | 'device' | 'dataPath' | 'context' | 'packageUrl' | 'hub'>): OfflinePlace {
  if (device !== undefined) throw new UsageError('what is judged without a network is kept in the folder of a device: give --device instead of --certificate, --key and --ca');
  if (deviceFolder === undefined) {
    const place = embeddedPlace(dataPath, context.province ?? '');
    return { ...place, hub: hub ?? place.hub, packageUrl: packageUrl ?? place.packageUrl };
  }
  const home = openDeviceHome(deviceFolder);
  return { files: home.files, folder: offlineFolder(deviceFolder), packageUrl: packageUrl ?? home.packageUrl, hub: hub ?? home.hub };
}

/** What a device does without a network; whoever was made for development is taken, as everywhere on the command line. */
export function deviceAt({ files, folder, packageUrl }: OfflinePlace, pinnedRoot: Uint8Array): Device {
  const now = (): number => Math.floor(Date.now() / 1000);
  return makeDevice({ files, environment: 'development', packageUrl: packageUrl ?? 'https://localhost', pinnedRoot, folder, now });
}

/** A checkpoint that asks nobody. */
export interface OfflineDesk {
  readonly checkpoint: Judge;
  readonly device: Device;
  /** Puts on disk what is to be reported. */
  readonly close: () => Promise<void>;
}

/** Opens the package that was fetched last. Without one every code is told PACKAGE_MISSING. @throws UsageError, CommandError, CheckpointError */
export async function openOfflineDesk(args: Parameters<typeof offlinePlace>[0]): Promise<OfflineDesk> {
  const place = offlinePlace(args);
  const device = deviceAt(place, (await findPinnedRoot(place.folder)) ?? new Uint8Array());
  await device.keeper.open().catch((cause: unknown) => {
    throw new CommandError('the offline package that is kept here cannot be used', 'Fetch it anew where there is a network: npm run verify -- --update', { cause });
  });
  const now = (): number => Math.floor(Date.now() / 1000);
  const gate = new Gate({ verifier: device.verifier, keeper: device.keeper, hub: () => undefined, count: (check) => device.reports.add(check, now()), now });
  return {
    checkpoint: {
      verifyCode: async (request) => v1.VerifyCodeResponse.create(await gate.verifyCode(request, parseAsked(request.context, device.province))),
      verifyBatch: async ({ context, codes }) => v1.VerifyBatchResponse.create(await verifyBatch(gate, codes ?? [], context ?? {}, parseAsked(context, device.province))),
    },
    device,
    close: async () => {
      await device.reports.close();
      device.close();
    },
  };
}
