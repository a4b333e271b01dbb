import { join } from 'node:path';
import { OfflineVerifier, PackageKeeper, type PackageSource, type ProvinceCode } from '@health-code/attestation';
import { readDeviceCredentials, type DeviceCredentials, type DeviceFiles, type Environment } from './hub/device-credentials.js';
import { HubFiles } from './package/hub-files.js';
import { PackageFolder } from './package/package-folder.store.js';
import { TufPackageSource } from './package/tuf-source.js';
import { NODE_SIGNATURES } from './platform/node-signatures.js';
import { ReportFolder } from './reports/report-folder.store.js';

/** What a checkpoint that verifies by itself is told. */
export interface DeviceOptions {
  readonly files: DeviceFiles;
  readonly environment: Environment;
  /** Where the hub publishes the package: `https://host:port`. */
  readonly packageUrl: string;
  /** The name in the certificate of that, where it is another than the URL's. */
  readonly packageServerName?: string | undefined;
  /** root.json as it was pinned. */
  readonly pinnedRoot: Uint8Array;
  /** Folder of what is kept: the package, and reports that wait. Its owner's alone. */
  readonly folder: string;
  /** Seconds since the epoch. */
  readonly now: () => number;
}

/** A checkpoint that verifies by itself: who it is, what it keeps, and what it judges by. */
export interface Device {
  readonly province: ProvinceCode;
  readonly keeper: PackageKeeper;
  readonly source: PackageSource;
  readonly verifier: OfflineVerifier;
  readonly reports: ReportFolder;
  /** As the files stand now. @throws CheckpointError CONFIG_INVALID */
  readonly readCredentials: () => DeviceCredentials;
  /** Ends connections for files. */
  readonly close: () => void;
}

/** Puts a device together; nothing is read of its folder yet. @throws CheckpointError CONFIG_INVALID */
export function makeDevice({ files, environment, packageUrl, packageServerName, pinnedRoot, folder, now }: DeviceOptions): Device {
  const readCredentials = (): DeviceCredentials => readDeviceCredentials(files, environment);
  const { province, hubAuthority } = readCredentials();
  const hubFiles = new HubFiles({ url: packageUrl, authority: hubAuthority, serverName: packageServerName, now });
  const source = new TufPackageSource({ files: hubFiles, folder: join(folder, 'package'), pinnedRoot });
  return {
    province,
    source,
    keeper: new PackageKeeper({ source, store: new PackageFolder(join(folder, 'package')), platform: NODE_SIGNATURES, now }),
    verifier: new OfflineVerifier({ platform: NODE_SIGNATURES }),
    reports: new ReportFolder(join(folder, 'reports')),
    readCredentials,
    close: () => {
      hubFiles.close();
    },
  };
}
