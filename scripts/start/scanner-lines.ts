import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownNames } from '../../deploy/embedded/own-names.js';

/** SHA-256 of the authority's certificate as phones show it; undefined where this machine made none. */
function fingerprintIn(pki: string): string | undefined {
  const file = join(pki, 'server-ca.crt');
  return existsSync(file) ? new X509Certificate(readFileSync(file)).fingerprint256 : undefined;
}

/** Where the scanner page is found, how it is enrolled and what has to be trusted. @param web `host:port` the hub listens on; @param pki folder of the certificates */
export function scannerLines(web: string, pki: string, { addresses } = ownNames()): readonly string[] {
  const [, host = '', port = ''] = /^(.*):([0-9]+)$/.exec(web) ?? [];
  const reachable = host === '0.0.0.0' || host === '[::]';
  const hosts = ['localhost', ...(reachable ? addresses : [])];
  const fingerprint = fingerprintIn(pki);
  return [
    ...hosts.map((each) => `https://${each}:${port}/scanner/`),
    'npm run province -- invite-checkpoint --province beijing      prints the one-time code that the page asks for',
    reachable ? `on a phone, first: https://${addresses[0] ?? 'localhost'}:${port}/development-ca.crt` : 'for phones in the same network: WEB_ADDRESS=0.0.0.0:8443 npm start',
    ...(fingerprint === undefined ? [] : [`trust ${join(pki, 'server-ca.crt')}, SHA-256 ${fingerprint}`]),
  ];
}
