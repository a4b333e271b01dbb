import { readFileSync } from 'node:fs';
import { Client, credentials, Metadata, status, type ServiceError, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { serviceDefinition, unaryTransport, v1 } from '@health-code/messages';
import { service as healthService } from 'grpc-health-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import { auditorCaller, makeTestPki, openGuard, provinceCaller, serveAs, type TestPki } from '../identity/certificates.fixture.js';
import { CertificateReader } from '../identity/parse-certificate.js';
import { serverStream, unary, type GrpcService } from './grpc-handlers.js';
import { identifyByCertificate } from './grpc-peer.js';
import { GrpcServer } from './grpc-server.js';
import { VIOLATIONS_TOLD } from './grpc-status.js';
import { Readiness } from './readiness.js';
import { decodeRichError } from './rich-error.js';

const never = (): never => {
  throw new Error('called');
};

const LEDGER_HANDLERS: UntypedServiceImplementation = {
  GetSummary: unary<v1.GetSummaryRequest, v1.GetSummaryResponse.$Properties>(() => ({ size: 7 })),
  GetEntry: unary<v1.GetEntryRequest, v1.GetEntryResponse.$Properties>(() => Promise.reject(new HubError('LEDGER_ENTRY_NOT_FOUND', 'none'))),
  ListEntries: serverStream<v1.ListEntriesRequest, v1.ListEntriesResponse.$Properties>(async function* () {
    for (let index = 0; index < 5000; index += 1) yield await Promise.resolve({ entry: { index, salt: Buffer.alloc(64) } });
  }),
  ListProvinces: unary<v1.ListProvincesRequest, v1.ListProvincesResponse.$Properties>(() => { throw new TypeError('a fault'); }),
  ListRiskLevels: unary(never),
  ListKeyEntries: unary(never),
  GetHubKeys: unary(never),
};
const LEDGER: GrpcService = { definition: v1.Ledger, handlers: LEDGER_HANDLERS };

/** Refuses a thousand fields of whatever it is told. */
const fussy = (): never => {
  const fieldViolations = Array.from({ length: 1000 }, (_, position) => ({ field: `levels[${String(position)}].region`, description: 'is no county-level division of GB/T 2260 '.repeat(20) }));
  throw new HubError('REQUEST_INVALID', fieldViolations.map(({ field }) => field).join(', '), { fieldViolations });
};
const ADAPTER: GrpcService = { definition: v1.Adapter, handlers: { Register: unary(never), Heartbeat: unary(never), ListForeignStatements: unary(never), StateRiskLevels: unary(fussy) } };

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function serve(service: GrpcService, caller = auditorCaller()): Promise<Client> {
  const { client, stop } = await serveAs(caller, [service]);
  open.push(stop);
  return client;
}

const transport = (client: Client) => unaryTransport(client, { timeoutMs: 2000, metadata: new Metadata() });
const rejection = (call: Promise<unknown>): Promise<ServiceError> => call.then(never, (error: unknown) => error as ServiceError);

describe('a service', () => {
  it('answers, and refuses with the code as reason', async () => {
    const service = v1.Ledger.create(transport(await serve(LEDGER)));
    expect((await service.getSummary({})).size).toBe(7);
    const error = await rejection(service.getEntry({}));
    const [details] = error.metadata.get('grpc-status-details-bin');
    expect(error.code).toBe(status.NOT_FOUND);
    expect(decodeRichError(details as Buffer).reason).toBe('LEDGER_ENTRY_NOT_FOUND');
    expect(await rejection(service.listProvinces({}))).toMatchObject({ code: status.INTERNAL });
  });

  it('decodes no flood of fields, whoever sends it', async () => {
    const client = await serve(ADAPTER, provinceCaller('520000'));
    const flood = Buffer.alloc(4 * 1024 * 1024);
    // Two million empty keys.
    for (let at = 0; at < flood.length; at += 2) flood[at] = 0x12;
    const refused = new Promise((_resolve, reject) => {
      client.makeUnaryRequest('/healthcode.v1.Adapter/Register', (bytes: Buffer) => bytes, (bytes) => bytes, flood, reject);
    });
    expect(await rejection(refused)).toMatchObject({ code: status.INTERNAL, details: 'Error deserializing request' });
  });

  it('brings the refusal of a thousand fields to its caller, in trailers that any client takes', async () => {
    const error = await rejection(v1.Adapter.create(transport(await serve(ADAPTER, provinceCaller('520000')))).stateRiskLevels({}));
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    const [details] = error.metadata.get('grpc-status-details-bin');
    const told = decodeRichError(details as Buffer);
    expect([told.reason, told.fieldViolations.length]).toEqual(['REQUEST_INVALID', VIOLATIONS_TOLD]);
    expect(encodeURIComponent(error.details).length + (details as Buffer).length * (4 / 3)).toBeLessThan(8192);
  });

  it('streams everything to a slow reader, in order', async () => {
    const client = await serve(LEDGER);
    const method = serviceDefinition(v1.Ledger)['ListEntries']!;
    const stream = client.makeServerStreamRequest(method.path, method.requestSerialize, method.responseDeserialize, {});
    let next = 0;
    for await (const message of stream as AsyncIterable<v1.ListEntriesResponse.$Properties>) {
      expect(message.entry?.index).toBe(next);
      next += 1;
      if (next % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(next).toBe(5000);
  });
});

describe('GrpcServer', () => {
  let pki: TestPki;
  let server: GrpcServer;
  let address: string;
  let client: Client;

  beforeAll(async () => {
    pki = await makeTestPki();
    const reader = new CertificateReader({ member: pki.member.certificate, operator: pki.operator.certificate, trustDomain: 'health-code.internal', isProduction: true });
    server = new GrpcServer([LEDGER], openGuard(), identifyByCertificate((der) => reader.parse(der)));
    const { port } = await server.listen({ host: '127.0.0.1', port: 0, tls: pki.tls });
    address = `127.0.0.1:${String(port)}`;
    client = pki.client(address, await pki.certify({ role: 'auditor', name: 'a' }));
  });

  afterAll(async () => {
    client.close();
    await server.drain();
  });

  it('lets nobody in who speaks no TLS', async () => {
    const plain = new Client(address, credentials.createInsecure());
    open.push(() => { plain.close(); });
    expect(await rejection(v1.Ledger.create(transport(plain)).getSummary({}))).toMatchObject({ code: status.UNAVAILABLE });
    expect((await v1.Ledger.create(transport(client)).getSummary({})).size).toBe(7);
  });

  it('refuses in production a certificate made for development', async () => {
    const marked = pki.client(address, await pki.operator.issueClient({ role: 'auditor', name: 'a' }, { development: true }));
    open.push(() => { marked.close(); });
    expect(await rejection(v1.Ledger.create(transport(marked)).getSummary({}))).toMatchObject({ code: status.UNAUTHENTICATED });
  });

  it('serves a checkpoint from memory while the database is away', async () => {
    const check = healthService['Check']!;
    const health = (name: string): Promise<unknown> =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(check.path, check.requestSerialize, check.responseDeserialize, { service: name }, (error, answer) => {
          if (error === null) resolve((answer as { status: unknown }).status);
          else reject(error);
        });
      });
    const readiness = new Readiness({ database: () => Promise.reject(new Error('away')), nats: () => Promise.resolve(true), lookup: () => Promise.resolve(true) });
    expect(await health('healthcode.v1.Checkpoint')).toBe('NOT_SERVING');
    await readiness.refresh();
    server.announce(readiness);
    expect(await health('healthcode.v1.Checkpoint')).toBe('SERVING');
    expect(await health('healthcode.v1.Ledger')).toBe('NOT_SERVING');
    expect(await health('')).toBe('NOT_SERVING');
  });

  it('has no way to a port without TLS that main.ts or a configuration could take', () => {
    for (const file of ['../main.ts', '../config.ts']) expect(readFileSync(new URL(file, import.meta.url), 'utf8')).not.toMatch(/plaintext|createInsecure/i);
  });
});
