import { Client, credentials, Metadata, ServerCredentials, status, type ServiceError } from '@grpc/grpc-js';
import { serviceDefinition, unaryTransport, v1 } from '@health-code/messages';
import { afterEach, describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import { callerOf } from '../identity/caller.js';
import { auditorCaller, checkpointCaller, NO_LIMITS, openGuard } from '../identity/certificates.fixture.js';
import { REFUSED_CALLERS, type RefusedCaller } from '../identity/guard.js';
import { RateLimits } from '../identity/rate-limits.js';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { serverStream, unary } from './grpc-handlers.js';
import { GuardedServer } from './guarded-server.js';
import { drain, listen } from './listen.js';
import { decodeRichError } from './rich-error.js';

const DEFINITION = serviceDefinition(v1.Checkpoint);
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

interface Scene {
  readonly server: GuardedServer;
  readonly client: Client;
  readonly refused: RefusedCaller[];
  /** Signals to handlers that their caller is gone. */
  readonly ended: string[];
  revoke(): void;
}

async function scene(caller = checkpointCaller('520000')): Promise<Scene> {
  let isRevoked = false;
  const ended: string[] = [];
  const refused: RefusedCaller[] = [];
  const note = (message: unknown): void => { refused.push(message as RefusedCaller); };
  subscribe(REFUSED_CALLERS, note);
  const standing = { check: (): void => { if (isRevoked) throw new HubError('CERTIFICATE_REVOKED', 'taken back'); } };
  const server = new GuardedServer(openGuard({ standing, limits: new RateLimits({ ...NO_LIMITS, member: { count: 3, perMs: 3_600_000 } }) }), () => caller, {});
  server.addService(DEFINITION, {
    VerifyCode: unary<v1.VerifyCodeRequest, v1.VerifyCodeResponse.$Properties>((_, call) => ({ bizExtData: callerOf(call).id })),
    VerifyBatch: unary(() => ({})),
    GetPackageRoot: unary(() => ({})),
    ReportChecks: unary(() => ({})),
    FollowStatusLists: () => undefined,
    VerifyStream: (call: { on: (event: string, done: () => void) => void }) => { call.on('cancelled', () => ended.push('VerifyStream')); },
    WatchRevocations: serverStream<v1.WatchRevocationsRequest, v1.WatchRevocationsResponse.$Properties>(async function* (_, call) {
      yield { id: 1 };
      await new Promise((resolve) => call.on('cancelled', resolve));
      ended.push('WatchRevocations');
    }),
  });
  const { port } = await listen(server, { host: '127.0.0.1', port: 0 }, ServerCredentials.createInsecure());
  const client = new Client(`127.0.0.1:${String(port)}`, credentials.createInsecure());
  open.push(() => { unsubscribe(REFUSED_CALLERS, note); }, () => drain(server), () => { client.close(); });
  return { server, client, refused, ended, revoke: () => { isRevoked = true; } };
}

const openStream = (client: Client, name: string): { readonly first: Promise<unknown>; readonly failure: Promise<ServiceError>; readonly cancel: () => void } => {
  const { path, requestSerialize, responseDeserialize } = DEFINITION[name]!;
  const stream = name === 'VerifyStream' ? client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize) : client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, {});
  const failure = new Promise<ServiceError>((resolve) => stream.on('error', resolve));
  return { first: new Promise((resolve) => stream.on('data', resolve)), failure, cancel: () => { stream.cancel(); } };
};
const reasonOf = (error: ServiceError): string => decodeRichError(error.metadata.get('grpc-status-details-bin')[0] as Buffer).reason;

describe('GuardedServer', () => {
  it('tells handlers who calls', async () => {
    const { client } = await scene();
    const checkpoint = v1.Checkpoint.create(unaryTransport(client, { timeoutMs: 5000, metadata: new Metadata() }));
    expect((await checkpoint.verifyCode({})).bizExtData).toBe('spiffe://health-code.internal/checkpoint/520000/gate-1');
  });

  it('ends streams of a caller whose certificate was taken back, however silent they are, and no others', async () => {
    const { server, client, ended, revoke, refused } = await scene();
    const [watch, verify] = [openStream(client, 'WatchRevocations'), openStream(client, 'VerifyStream')];
    await watch.first;
    server.recheckStreams();
    expect(ended).toEqual([]);
    revoke();
    server.recheckStreams();
    const errors = await Promise.all([watch.failure, verify.failure]);
    expect(errors.map((error) => [error.code, reasonOf(error)])).toEqual([[status.UNAUTHENTICATED, 'CERTIFICATE_REVOKED'], [status.UNAUTHENTICATED, 'CERTIFICATE_REVOKED']]);
    await expect.poll(() => [...ended].sort()).toEqual(['VerifyStream', 'WatchRevocations']);
    expect(refused).toHaveLength(2);
    server.recheckStreams();
    expect(refused).toHaveLength(2);
  });

  it('forgets a stream that has ended by itself', async () => {
    const { server, client, ended, revoke, refused } = await scene();
    const watch = openStream(client, 'WatchRevocations');
    await watch.first;
    watch.cancel();
    await expect.poll(() => ended).toEqual(['WatchRevocations']);
    revoke();
    server.recheckStreams();
    expect(refused).toEqual([]);
  });

  it('tells the log whom it refused what, and nothing of the request', async () => {
    const { client, refused } = await scene(auditorCaller());
    const checkpoint = v1.Checkpoint.create(unaryTransport(client, { timeoutMs: 5000, metadata: new Metadata() }));
    await expect(checkpoint.verifyCode({ code: Buffer.from('scanned') })).rejects.toMatchObject({ code: status.PERMISSION_DENIED });
    expect(refused).toEqual([{ code: 'CALLER_NOT_ALLOWED', path: '/healthcode.v1.Checkpoint/VerifyCode', id: 'spiffe://health-code.internal/auditor/a' }]);
  });

  it('counts a stream when it is opened', async () => {
    const { client } = await scene();
    const streams = Array.from({ length: 4 }, () => openStream(client, 'WatchRevocations'));
    const error = await Promise.race(streams.map(({ failure }) => failure));
    expect([error.code, reasonOf(error)]).toEqual([status.RESOURCE_EXHAUSTED, 'RATE_LIMIT_EXCEEDED']);
    await Promise.all(streams.slice(0, 3).map(({ first }) => first));
    for (const { cancel } of streams) cancel();
  });
});
