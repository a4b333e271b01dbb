import { Server, ServerCredentials, status, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { serviceDefinition, v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_CERTIFICATE, FOREIGN_CLIENT_CERTIFICATE, SERVER_CERTIFICATE, TEST_AUTHORITY, type TestCertificate } from '../../../deploy/embedded/test-certificates.js';
import { createHubClient } from './hub-client.grpc.js';

/** A hub that asks for a certificate and answers every heartbeat. */
const server = new Server();
let address: string;

beforeAll(async () => {
  server.addService(serviceDefinition(v1.Adapter), {
    Heartbeat: (call: ServerUnaryCall<unknown, unknown>, answer: sendUnaryData<unknown>) => {
      if (call.metadata.get('authorization')[0] === 'Bearer enrol-me') answer(null, { contiguousSequence: 3 });
      else answer({ code: status.UNAUTHENTICATED });
    },
  });
  const { certificate, key } = SERVER_CERTIFICATE;
  const asking = ServerCredentials.createSsl(TEST_AUTHORITY, [{ cert_chain: certificate, private_key: key }], true);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', asking, (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  address = `localhost:${port}`;
});

afterAll(() => {
  server.forceShutdown();
});

async function beat(client?: TestCertificate): Promise<unknown> {
  const hub = createHubClient({ address, enrolmentToken: 'enrol-me', tls: true, authority: TEST_AUTHORITY, ...(client === undefined ? {} : { client }) });
  try {
    return await hub.heartbeat(3, { isReachable: true, isFollowed: true }, 1_800_000_000);
  } finally {
    hub.close();
  }
}

describe('createHubClient', () => {
  it('shows its certificate to a hub that asks for one', async () => {
    expect(await beat(CLIENT_CERTIFICATE)).toMatchObject({ contiguousSequence: 3 });
  });

  it('is not let in without one, or with one of another authority', async () => {
    await expect(beat()).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await expect(beat(FOREIGN_CLIENT_CERTIFICATE)).rejects.toMatchObject({ code: status.UNAVAILABLE });
  });
});
