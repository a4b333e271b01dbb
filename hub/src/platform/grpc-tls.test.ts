import { Client, credentials, Metadata, status, type ChannelCredentials, type ServiceError } from '@grpc/grpc-js';
import { unaryTransport, v1 } from '@health-code/messages';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_CERTIFICATE, FOREIGN_CLIENT_CERTIFICATE, SERVER_CERTIFICATE, TEST_AUTHORITY, type TestCertificate } from '../../../deploy/embedded/test-certificates.js';
import { unary } from './grpc-handlers.js';
import { GrpcServer } from './grpc-server.js';

const never = (): never => {
  throw new Error('called');
};

const LEDGER = {
  definition: v1.Ledger,
  handlers: {
    GetSummary: unary<v1.GetSummaryRequest, v1.GetSummaryResponse.$Properties>(() => ({ size: 7 })),
    GetEntry: unary(never),
    ListEntries: unary(never),
    ListProvinces: unary(never),
    ListRiskLevels: unary(never),
  },
};

const server = new GrpcServer([LEDGER]);
let address: string;

beforeAll(async () => {
  const { port } = await server.listen({ host: '127.0.0.1', port: 0, tls: { ...SERVER_CERTIFICATE, clientAuthority: TEST_AUTHORITY } });
  address = `localhost:${String(port)}`;
});

afterAll(async () => {
  await server.drain();
});

async function ask(how: ChannelCredentials): Promise<number | status> {
  const client = new Client(address, how);
  try {
    return (await v1.Ledger.create(unaryTransport(client, { timeoutMs: 2000, metadata: new Metadata() })).getSummary({})).size;
  } catch (error) {
    return (error as ServiceError).code;
  } finally {
    client.close();
  }
}

const withCertificate = ({ certificate, key }: TestCertificate): ChannelCredentials => credentials.createSsl(TEST_AUTHORITY, key, certificate);

describe('GrpcServer with an authority of the callers', () => {
  it('serves who has a certificate of it', async () => {
    expect(await ask(withCertificate(CLIENT_CERTIFICATE))).toBe(7);
  });

  it.each([
    ['has no certificate', credentials.createSsl(TEST_AUTHORITY)],
    ['has one of another authority', withCertificate(FOREIGN_CLIENT_CERTIFICATE)],
    ['speaks no TLS', credentials.createInsecure()],
  ])('lets nobody connect who %s', async (_, how) => {
    expect(await ask(how)).toBe(status.UNAVAILABLE);
  });
});
