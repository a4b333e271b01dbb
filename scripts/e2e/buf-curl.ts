import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';
import { partyName, type Party } from '../clients/hub-client.js';
import type { RunningCountry } from './running-country.js';

/** Calls a method as a client written in Go would that knows an address, has a certificate and nothing else: by server reflection. */
export function bufCurl({ addresses, dataPath }: RunningCountry, party: Party, method: string, message: object): Promise<unknown> {
  const pki = (file: string): string => join(dataPath, 'secrets', 'pki', file);
  const tls = ['--cacert', pki('server-ca.crt'), '--cert', pki(`${partyName(party)}.crt`), '--key', pki(`${partyName(party)}.key`)];
  const url = `https://${addresses.hub.grpc.replace(/^127\.0\.0\.1/, 'localhost')}/${method}`;
  const args = ['curl', '--protocol', 'grpc', '--reflect', '--reflect-protocol', 'grpc-v1', ...tls, '-d', JSON.stringify(message), url];
  return new Promise((resolve, reject) => {
    // Away from the checkout, where no .proto file lies.
    execFile(join(checkoutDirectory(), 'node_modules', '.bin', 'buf'), args, { cwd: tmpdir() }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(new Error(stderr, { cause: error }));
    });
  });
}
