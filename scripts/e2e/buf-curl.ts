import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkoutDirectory } from '../../deploy/embedded/checkout.js';

/** Calls a method as a client written in Go would that knows an address and nothing else: by server reflection. */
export function bufCurl(address: string, method: string, message: object): Promise<unknown> {
  const args = ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', '--reflect', '--reflect-protocol', 'grpc-v1', '-d', JSON.stringify(message), `http://${address}/${method}`];
  return new Promise((resolve, reject) => {
    // Away from the checkout, where no .proto file lies.
    execFile(join(checkoutDirectory(), 'node_modules', '.bin', 'buf'), args, { cwd: tmpdir() }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(new Error(stderr, { cause: error }));
    });
  });
}
