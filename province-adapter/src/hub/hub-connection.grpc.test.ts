import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Server, ServerCredentials, status, type ServerDuplexStream, type ServiceError } from '@grpc/grpc-js';
import { serviceDefinition, v1 } from '@health-code/messages';
import { afterEach, describe, expect, it } from 'vitest';
import { makeTestAuthority } from '../../../deploy/embedded/test-pki.js';
import { openHubConnection } from './hub-connection.grpc.js';

const KEEPALIVE_MS = 200;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0).reverse()) close();
});

describe('openHubConnection', () => {
  it('ends a stream that only listens when the hub goes without a word', async () => {
    const authority = await makeTestAuthority('hub');
    const { certificate, key } = await authority.issueServer();
    const server = new Server();
    const hear = (stream: ServerDuplexStream<v1.ProbeRequest, v1.ProbeResponse.$Properties>): void => {
      stream.on('data', () => stream.write({ reference: 1 }));
      stream.on('error', () => undefined);
    };
    server.addService(serviceDefinition(v1.MutualRecognition), { Probe: hear, GetMatrix: () => undefined, ListPolicies: () => undefined });
    const port = await new Promise<number>((resolve, reject) => {
      const tls = ServerCredentials.createSsl(authority.certificate, [{ cert_chain: certificate, private_key: key }], true);
      server.bindAsync('127.0.0.1:0', tls, (error, bound) => { if (error) reject(error); else resolve(bound); });
    });
    closers.push(() => { server.forceShutdown(); });

    // A network that swallows everything from some moment on, and closes nothing.
    const sockets: Socket[] = [];
    const network = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const socket of [near, far]) socket.on('error', () => undefined);
      near.pipe(far).pipe(near);
      sockets.push(near, far);
    });
    await new Promise<void>((resolve) => network.listen(0, '127.0.0.1', resolve));
    closers.push(() => { network.close(); for (const socket of sockets) socket.destroy(); });

    const device = await authority.issueClient({ role: 'checkpoint', province: '110000', name: 'gate' });
    const client = openHubConnection({ address: `127.0.0.1:${String((network.address() as AddressInfo).port)}`, serverName: 'localhost' }, { authority: authority.certificate, ...device }, KEEPALIVE_MS);
    closers.push(() => { client.close(); });
    const method = serviceDefinition(v1.MutualRecognition)['Probe'];
    if (method === undefined) throw new Error('no method Probe');
    const stream = client.makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize);
    const failure = new Promise<ServiceError>((resolve) => stream.on('error', resolve));
    const first = new Promise((resolve) => stream.once('data', resolve));
    stream.write({});
    await first;
    for (const socket of sockets) socket.unpipe().pause();
    expect((await failure).code).toBe(status.UNAVAILABLE);
  }, 5000);
});
