import { Server, ServerCredentials, status, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { serviceDefinition, v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_CERTIFICATE, FOREIGN_CLIENT_CERTIFICATE, SERVER_CERTIFICATE, TEST_AUTHORITY, type TestCertificate } from '../../../deploy/embedded/test-certificates.js';
import { createHubClient, type HubClient } from './hub-client.grpc.js';

/** A hub that asks for a certificate and answers every heartbeat. */
const server = new Server();
let address: string;
const shownToLedger: unknown[] = [];

beforeAll(async () => {
  server.addService(serviceDefinition(v1.Adapter), {
    Heartbeat: (call: ServerUnaryCall<unknown, unknown>, answer: sendUnaryData<unknown>) => {
      if (call.metadata.get('authorization')[0] === 'Bearer enrol-me') answer(null, { contiguousSequence: 3 });
      else answer({ code: status.UNAUTHENTICATED });
    },
    ListForeignStatements: (call: ServerUnaryCall<v1.ListForeignStatementsRequest, unknown>, answer: sendUnaryData<unknown>) => {
      if (call.metadata.get('authorization')[0] === 'Bearer enrol-me') answer(null, { attestations: [Buffer.from(`${call.request.subjectReference}.b.c`)] });
      else answer({ code: status.UNAUTHENTICATED, details: 'who' });
    },
  });
  server.addService(serviceDefinition(v1.Ledger), {
    ListProvinces: (call: ServerUnaryCall<unknown, unknown>, answer: sendUnaryData<unknown>) => {
      shownToLedger.push(...call.metadata.get('authorization'));
      answer(null, { provinces: [{ code: '110000' }] });
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

  const asked = async <Answer>(ask: (hub: HubClient) => Promise<Answer>, change: Partial<Parameters<typeof createHubClient>[0]> = {}): Promise<Answer> => {
    const hub = createHubClient({ address, enrolmentToken: 'enrol-me', tls: true, authority: TEST_AUTHORITY, client: CLIENT_CERTIFICATE, ...change });
    try {
      return await ask(hub);
    } finally {
      hub.close();
    }
  };
  const list = (hub: HubClient) => hub.listForeignStatements('reference', v1.AttestationKind.ATTESTATION_KIND_HEALTH_STATUS);

  it('hands on what others state, and asks who the provinces are without showing its token', async () => {
    expect(await asked(list)).toEqual(['reference.b.c']);
    expect(await asked((hub) => hub.listProvinces())).toMatchObject([{ code: '110000' }]);
    expect(shownToLedger).toEqual([]);
  });

  it('tells a hub that is away from one that does not know this adapter', async () => {
    await expect(asked(list, { enrolmentToken: 'other' })).rejects.toMatchObject({ code: 'REGISTRATION_REFUSED' });
    await expect(asked(list, { client: FOREIGN_CLIENT_CERTIFICATE })).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' });
    await expect(asked((hub) => hub.listProvinces(), { client: FOREIGN_CLIENT_CERTIFICATE })).rejects.toMatchObject({ code: 'HUB_UNREACHABLE' });
  });
});
