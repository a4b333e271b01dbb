import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdapterConfig } from '../config.js';
import type { HubCredentials } from './hub-credentials.js';

/** Where credentials for the hub lie in a directory. */
export const hubFiles = (directory: string): AdapterConfig['hub']['files'] => ({
  authority: join(directory, 'hub-ca.crt'),
  certificate: join(directory, 'client.crt'),
  key: join(directory, 'client.key'),
});

/** Writes them there, one after the other, as an operator does. */
export function writeHubFiles(directory: string, credentials: HubCredentials): void {
  const files = hubFiles(directory);
  writeFileSync(files.authority, credentials.authority);
  writeFileSync(files.certificate, credentials.certificate);
  writeFileSync(files.key, credentials.key, { mode: 0o600 });
}
