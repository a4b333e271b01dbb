import { readFileSync } from 'node:fs';
import type { ProvinceCode } from '@health-code/attestation';
import type { ReadFile } from '../config.js';
import { AdapterError } from '../errors.js';
import { isKeyOf, parseCertificates, type HubCredentials } from '../hub/hub-credentials.js';
import type { Environment } from '../keys/development-material.js';

/** Where a device's certificate and key stand, PEM. */
export interface DeviceFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Whether the SPIFFE ID of the certificate (in whatever trust domain) names a checkpoint of the province. */
const namesCheckpoint = (subjectAltName: string | undefined, province: ProvinceCode): boolean =>
  new RegExp(`^URI:spiffe://[a-z0-9._-]+/checkpoint/${province}/[a-z0-9][a-z0-9-]*$`).test(subjectAltName ?? '');

/**
 * What a device shows the hub, as its files stand now.
 *
 * @throws AdapterError CONFIG_INVALID for files that cannot be read, do not fit together, are no checkpoint's of that province, or in
 *   production were made for development
 */
export function readDeviceCredentials(
  authorityFile: string,
  files: DeviceFiles,
  { province, environment }: { readonly province: ProvinceCode; readonly environment: Environment },
  readFile: ReadFile = readFileSync,
): HubCredentials {
  const read = (path: string): Buffer => {
    try {
      return readFile(path);
    } catch (cause) {
      throw new AdapterError('CONFIG_INVALID', `a file of the checkpoint of ${province} cannot be read`, { cause });
    }
  };
  const credentials = { authority: read(authorityFile), certificate: read(files.certificate), key: read(files.key) };
  const [leaf] = parseCertificates(credentials.certificate, environment);
  if (!namesCheckpoint(leaf?.subjectAltName, province)) throw new AdapterError('CONFIG_INVALID', `the certificate is that of no checkpoint of ${province}`);
  if (leaf === undefined || !isKeyOf(leaf, credentials.key)) throw new AdapterError('CONFIG_INVALID', `the key is not that of the certificate of the checkpoint of ${province}`);
  return credentials;
}
