import { createHash } from 'node:crypto';
import { Client, credentials, Metadata, status, type ServiceError, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { parseProvinceCode } from '@health-code/attestation';
import { serviceDefinition, unaryTransport, v1 } from '@health-code/messages';
import { service as healthService } from 'grpc-health-check';
import { afterEach, describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import { AdapterService } from '../registry/adapter.grpc.js';
import type { AdmittedProvince } from '../registry/admission.js';
import { LiveRegistry } from '../registry/registry.js';
import { ALLOWED_CALLERS, getServedDefinition, SERVICES } from './grpc-access.js';
import { serverStream, unary, type GrpcService } from './grpc-handlers.js';
import { GrpcServer } from './grpc-server.js';
import { Readiness } from './readiness.js';
import { VIOLATIONS_TOLD } from './grpc-status.js';
import { decodeRichError } from './rich-error.js';

const methods = Object.values(SERVICES).flatMap((service) => Object.values(serviceDefinition(service)));

const never = (): never => {
  throw new Error('called');
};

/** Adapter with parts none of which a caller without a token may reach. */
const closedAdapter = (admitted: readonly AdmittedProvince[] = []): AdapterService =>
  new AdapterService({
    admitted,
    store: { saveRegistration: never, saveHeartbeat: never },
    registry: new LiveRegistry(),
    refresh: never,
    feeds: { contiguous: never, recordAnnounced: never, recordHeartbeat: never },
    statements: { list: never },
    riskLevels: { append: never },
    now: () => 1_700_000_000,
  });

const ledger = (handlers: UntypedServiceImplementation): GrpcService => ({ definition: v1.Ledger, handlers });

const LEDGER_HANDLERS: UntypedServiceImplementation = {
  GetSummary: unary<v1.GetSummaryRequest, v1.GetSummaryResponse.$Properties>(() => ({ size: 7 })),
  GetEntry: unary<v1.GetEntryRequest, v1.GetEntryResponse.$Properties>(() => Promise.reject(new HubError('LEDGER_ENTRY_NOT_FOUND', 'none'))),
  ListEntries: serverStream<v1.ListEntriesRequest, v1.ListEntriesResponse.$Properties>(async function* () {
    for (let index = 0; index < 5000; index += 1) yield await Promise.resolve({ entry: { index, salt: Buffer.alloc(64) } });
  }),
  ListProvinces: unary<v1.ListProvincesRequest, v1.ListProvincesResponse.$Properties>(() => { throw new TypeError('a fault'); }),
  ListRiskLevels: unary<v1.ListRiskLevelsRequest, v1.ListRiskLevelsResponse.$Properties>(never),
};

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function serve(...services: readonly GrpcService[]): Promise<{ server: GrpcServer; client: Client }> {
  const server = new GrpcServer(services);
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const client = new Client(`127.0.0.1:${String(port)}`, credentials.createInsecure());
  open.push(() => server.drain(), () => { client.close(); });
  return { server, client };
}

const transport = (client: Client) => unaryTransport(client, { timeoutMs: 2000, metadata: new Metadata() });
const rejection = (call: Promise<unknown>): Promise<ServiceError> => call.then(never, (error: unknown) => error as ServiceError);

describe('the allow-list', () => {
  it('has a row for every method of every service, and none besides', () => {
    expect([...ALLOWED_CALLERS.keys()].sort()).toEqual(methods.map(({ path }) => path).sort());
  });

  it('lets no service start with a method that has no handler', () => {
    expect(() => getServedDefinition(ledger({ GetSummary: LEDGER_HANDLERS['GetSummary'] ?? never }))).toThrow(HubError);
  });

  it('is kept: a method for provinces refuses whoever brings no enrolment token', async () => {
    const { client } = await serve(closedAdapter());
    const adapter = v1.Adapter.create(transport(client));
    const answers: Readonly<Record<string, () => Promise<unknown>>> = {
      '/healthcode.v1.Adapter/Register': () => adapter.register({}),
      '/healthcode.v1.Adapter/Heartbeat': () => adapter.heartbeat({}),
      '/healthcode.v1.Adapter/ListForeignStatements': () => adapter.listForeignStatements({}),
      '/healthcode.v1.Adapter/StateRiskLevels': () => adapter.stateRiskLevels({}),
    };
    const closed = [...ALLOWED_CALLERS].filter(([, caller]) => caller === 'province').map(([path]) => path);
    for (const path of closed) {
      const call = answers[path];
      if (call === undefined) throw new Error(`no call for ${path}`);
      expect(await rejection(call()), path).toMatchObject({ code: status.UNAUTHENTICATED });
    }
  });
});

describe('GrpcServer', () => {
  it('answers, and refuses with the code as reason', async () => {
    const { client } = await serve(ledger(LEDGER_HANDLERS));
    const service = v1.Ledger.create(transport(client));
    expect((await service.getSummary({})).size).toBe(7);
    const error = await rejection(service.getEntry({}));
    const [details] = error.metadata.get('grpc-status-details-bin');
    expect(error.code).toBe(status.NOT_FOUND);
    expect(decodeRichError(details as Buffer).reason).toBe('LEDGER_ENTRY_NOT_FOUND');
    expect(await rejection(service.listProvinces({}))).toMatchObject({ code: status.INTERNAL });
  });

  it('decodes no flood of fields, whoever sends it', async () => {
    const { client } = await serve(closedAdapter());
    const flood = Buffer.alloc(4 * 1024 * 1024);
    // Two million empty keys.
    for (let at = 0; at < flood.length; at += 2) flood[at] = 0x12;
    const refused = new Promise((_resolve, reject) => {
      client.makeUnaryRequest('/healthcode.v1.Adapter/Register', (bytes: Buffer) => bytes, (bytes) => bytes, flood, reject);
    });
    expect(await rejection(refused)).toMatchObject({ code: status.INTERNAL, details: 'Error deserializing request' });
  });

  it.each<[string, (adapter: v1.Adapter) => Promise<unknown>, string]>([
    ['1000 bad levels', (adapter) => adapter.stateRiskLevels({ levels: Array.from({ length: 1000 }, () => ({ region: '1', effectiveFrom: 'today', authority: 'x', statedBy: 'y' })) }), 'REQUEST_INVALID'],
    ['hundreds of bad rules', (adapter) => adapter.register({ rules: Array.from({ length: 256 }, () => ({ id: '!', version: '!', title: 'x'.repeat(300) })) }), 'REGISTRATION_INVALID'],
  ])('brings the refusal of %s to its caller, in trailers that any client takes', async (_, call, reason) => {
    const { client } = await serve(closedAdapter([{ code: parseProvinceCode('520000'), standing: 'admitted', enrolmentTokenSha256: createHash('sha256').update('token').digest() }]));
    const metadata = new Metadata();
    metadata.set('authorization', 'Bearer token');
    const error = await rejection(call(v1.Adapter.create(unaryTransport(client, { timeoutMs: 5000, metadata }))));
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    const [details] = error.metadata.get('grpc-status-details-bin');
    const told = decodeRichError(details as Buffer);
    expect([told.reason, told.fieldViolations.length]).toEqual([reason, VIOLATIONS_TOLD]);
    expect(encodeURIComponent(error.details).length + (details as Buffer).length * (4 / 3)).toBeLessThan(8192);
  });

  it('streams everything to a slow reader, in order', async () => {
    const { client } = await serve(ledger(LEDGER_HANDLERS));
    const method = serviceDefinition(v1.Ledger)['ListEntries'];
    if (method === undefined) throw new Error('no method');
    const stream = client.makeServerStreamRequest(method.path, method.requestSerialize, method.responseDeserialize, {});
    let next = 0;
    for await (const message of stream as AsyncIterable<v1.ListEntriesResponse.$Properties>) {
      expect(message.entry?.index).toBe(next);
      next += 1;
      if (next % 1000 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(next).toBe(5000);
  });

  it('serves a checkpoint from memory while the database is away', async () => {
    const { server, client } = await serve(ledger(LEDGER_HANDLERS));
    const check = healthService['Check'];
    if (check === undefined) throw new Error('no Check');
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
});
