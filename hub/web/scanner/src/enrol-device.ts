import { textFromBase64 } from './bytes.js';
import { makeDeviceKeys, type Device } from './device.js';
import type { HubClient } from './hub-client.js';
import { ScannerError } from './scanner-error.js';

/**
 * 登记: makes a key, has it certified for the one-time code, and pins the root of the offline package.
 * @throws ScannerError of the hub's refusal; a refused request uses no code up
 */
export async function enrolDevice(hub: Pick<HubClient, 'enrol'>, token: string): Promise<Device> {
  const keys = await makeDeviceKeys();
  // Fetched when it is needed, which is once: it is as large as the rest of the page.
  const { makeCertificateRequest } = await import('./certificate-request.js');
  const { chain, identity, province, expiresAt, packageRoot } = await hub.enrol({ token, certificateRequest: await makeCertificateRequest(keys) });
  const [certificate] = chain;
  if (certificate === undefined) throw new ScannerError('CERTIFICATE_REQUEST_REFUSED', 'the hub has certified nothing');
  const { privateKey, publicJwk } = keys;
  return { identity, province, expiresAt, certificate, privateKey, publicJwk, ...(packageRoot === undefined ? {} : { pinnedRoot: textFromBase64(packageRoot) }) };
}
