import { X509Certificate } from 'node:crypto';
import { Server, ServerCredentials, type sendUnaryData, type ServerDuplexStream, type ServerUnaryCall } from '@grpc/grpc-js';
import { canaryCode, serviceDefinition, v1 } from '@health-code/messages';
import { pino } from 'pino';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeTestAuthority, type TestAuthority } from '../../../deploy/embedded/test-pki.js';
import type { HubCredentials } from '../hub/hub-credentials.js';
import { ProbeDevice } from './probe-device.grpc.js';

type Stream = ServerDuplexStream<v1.ProbeRequest, v1.ProbeResponse.$Properties>;

const BEIJING = '110000';
const TASK = { reference: 5, issuer: '520000', canary: v1.Canary.CANARY_GREEN, code: Buffer.from(canaryCode('520000', 'green')) };

/** A hub that tells devices to ask and notes who calls what, by which connection. */
class FakeHub {
  readonly reports: v1.ProbeRequest[] = [];
  readonly calls: { readonly method: string; readonly name: string; readonly peer: string }[] = [];
  readonly streams: Stream[] = [];
  port = 0;
  #server = new Server();

  constructor(private readonly authority: TestAuthority) {}

  async start(): Promise<void> {
    const { certificate, key } = await this.authority.issueServer();
    this.#server = new Server();
    this.#server.addService(serviceDefinition(v1.MutualRecognition), { Probe: (stream: Stream) => { this.#serve(stream); }, GetMatrix: () => undefined, ListPolicies: () => undefined });
    this.#server.addService(serviceDefinition(v1.Checkpoint), {
      VerifyCode: (call: ServerUnaryCall<v1.VerifyCodeRequest, object>, callback: sendUnaryData<object>) => {
        this.#note('VerifyCode', call);
        callback(null, { verdict: { recognition: 1, canaryStatus: 1, issuer: '520000' } });
      },
      VerifyBatch: () => undefined, VerifyStream: () => undefined, WatchRevocations: () => undefined,
    });
    const tls = ServerCredentials.createSsl(this.authority.certificate, [{ cert_chain: certificate, private_key: key }], true);
    this.port = await new Promise((resolve, reject) => {
      this.#server.bindAsync(`127.0.0.1:${String(this.port)}`, tls, (error, port) => { if (error) reject(error); else resolve(port); });
    });
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  #serve(stream: Stream): void {
    this.#note('Probe', stream);
    this.streams.push(stream);
    stream.on('data', (report: v1.ProbeRequest) => {
      if (report.reference === 0) stream.write(TASK);
      else this.reports.push(report);
    });
    stream.on('error', () => undefined);
    stream.on('end', () => { stream.end(); });
  }

  #note(method: string, call: Pick<Stream, 'getAuthContext' | 'getPeer'>): void {
    const raw = call.getAuthContext().sslPeerCertificate?.raw;
    this.calls.push({ method, name: raw === undefined ? '' : (new X509Certificate(raw).subjectAltName ?? ''), peer: call.getPeer() });
  }
}

let authority: TestAuthority;
let hub: FakeHub;
let device: ProbeDevice;
let credentials: HubCredentials;

const issue = async (name: string): Promise<HubCredentials> => ({ authority: authority.certificate, ...(await authority.issueClient({ role: 'checkpoint', province: BEIJING, name })) });

beforeAll(async () => {
  authority = await makeTestAuthority('hub');
});
beforeEach(async () => {
  hub = new FakeHub(authority);
  await hub.start();
  credentials = await issue('gate');
  device = new ProbeDevice({ province: BEIJING, hub: { address: `127.0.0.1:${String(hub.port)}`, serverName: 'localhost' }, readCredentials: () => credentials, log: pino({ level: 'silent' }) });
  device.start();
});
afterEach(async () => {
  await device.stop();
  hub.stop();
});

describe('ProbeDevice', () => {
  it('asks what it is told over its own connection, by its own certificate, and reports what it was answered', async () => {
    await expect.poll(() => hub.reports.length).toBe(1);
    expect(hub.reports[0]).toMatchObject({ reference: 5, errorCode: '' });
    expect(v1.Verdict.decode(hub.reports[0]?.verdict ?? new Uint8Array())).toMatchObject({ recognition: 1, canaryStatus: 1 });
    expect(hub.calls.map(({ method, name }) => [method, name])).toEqual([
      ['Probe', `URI:spiffe://health-code.internal/checkpoint/${BEIJING}/gate`],
      ['VerifyCode', `URI:spiffe://health-code.internal/checkpoint/${BEIJING}/gate`],
    ]);
    expect(hub.calls[0]?.peer).toBe(hub.calls[1]?.peer);
  });

  it('offers itself again after the hub was away, with the certificate of then', { timeout: 30_000 }, async () => {
    await expect.poll(() => hub.reports.length).toBe(1);
    hub.stop();
    credentials = await issue('renewed');
    await hub.start();
    await expect.poll(() => hub.reports.length, { timeout: 20_000 }).toBe(2);
    expect(hub.calls.at(-1)?.name).toContain('/renewed');
  });

  it('offers itself again where the hub lets it go, or its files cannot be read for a while', { timeout: 30_000 }, async () => {
    await expect.poll(() => hub.reports.length).toBe(1);
    const good = credentials;
    credentials = { ...good, key: Buffer.from('half written') };
    for (const stream of hub.streams) stream.end();
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(hub.reports.length).toBe(1);
    credentials = good;
    await expect.poll(() => hub.reports.length, { timeout: 20_000 }).toBe(2);
  });

  it('stops at once, whatever it is doing', async () => {
    await expect.poll(() => hub.reports.length).toBe(1);
    const began = performance.now();
    await device.stop();
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
