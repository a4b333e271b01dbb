import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { importProvinceKey, openWithSecret, parseProvinceCode, sealFor } from '@health-code/attestation';
import { ATTESTATION_STREAM, attestationSubject, callSubject, serviceDefinition, v1 } from '@health-code/messages';
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTestAuthority, type TestAuthority } from '../../../deploy/embedded/test-pki.js';
import { createTestDatabase, startTestNats, type TestDatabase, type TestNats } from '../../../deploy/embedded/test-services.js';
import { createDirectModeLocalSystem } from '../direct-mode/direct-mode-local-system.js';
import { createDirectModeProfile } from '../direct-mode/direct-mode-profile.js';
import { createDirectModeProvince } from '../direct-mode/direct-mode-province.js';
import { hubFiles, writeHubFiles } from '../hub/hub-files.fixture.js';
import { loadProvinceKeys, type ProvinceKeys } from '../keys/province-keys.js';
import { connectDatabase, migrateDatabase } from '../platform/database.js';
import { competeForLead, type InstanceLock } from '../platform/instance-lock.js';
import { connectNats } from '../platform/nats.js';
import { startAdapter, type RunningAdapter } from '../start-adapter.js';
import { startStandIn, type StartedStandIn } from '../stand-in/start-stand-in.http.js';
import { syntheticIdNumber } from '../stand-in/synthetic-people.js';
import { chinaDayOf } from './risk-levels.js';

const log = pino({ level: 'silent' });
const CODE = parseProvinceCode('520000');
const PROFILE = createDirectModeProfile(CODE);
const AUTHORITY = '91330106MA27Y4U47R';
const DAY = 86_400;
const now = (): number => Math.floor(Date.now() / 1000);
const dayBefore = (days: number): string => chinaDayOf((now() - days * DAY) * 1000);

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What a token claims, as it stands in it. */
const payloadOf = (token: string): Record<string, unknown> => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

/** A hub that registers everybody, and keeps and lists what is stated about regions. */
async function startHub(levels: v1.IRiskLevel[], state: { isAway: boolean }, authority: TestAuthority): Promise<{ readonly server: Server; readonly port: number }> {
  const server = new Server();
  const unless = (callback: sendUnaryData<object>, answer: () => object): void => {
    if (state.isAway) callback({ code: status.UNAVAILABLE });
    else callback(null, answer());
  };
  server.addService(serviceDefinition(v1.Adapter), {
    Register: (_call: ServerUnaryCall<v1.RegisterRequest, object>, callback: sendUnaryData<object>) => { unless(callback, () => ({ province: CODE })); },
    Heartbeat: (_call: ServerUnaryCall<v1.HeartbeatRequest, object>, callback: sendUnaryData<object>) => { unless(callback, () => ({ hubTime: { seconds: now() } })); },
    StateRiskLevels: (call: ServerUnaryCall<v1.StateRiskLevelsRequest, object>, callback: sendUnaryData<object>) => {
      if (call.request.levels.some(({ region }) => !String(region).startsWith('52'))) {
        callback({ code: status.INVALID_ARGUMENT, details: 'REQUEST_INVALID: bad fields: levels[0].region' });
        return;
      }
      unless(callback, () => {
        levels.push(...call.request.levels.map((level) => ({ ...level, statedBy: CODE, statedAt: { seconds: now() } })));
        return { added: call.request.levels.length };
      });
    },
  });
  server.addService(serviceDefinition(v1.Ledger), {
    ListRiskLevels: (call: ServerUnaryCall<v1.ListRiskLevelsRequest, object>, callback: sendUnaryData<object>) => {
      const listed = levels.filter(({ effectiveFrom }) => (effectiveFrom ?? '') > call.request.after);
      unless(callback, () => ({ levels: listed.sort((one, other) => ((one.effectiveFrom ?? '') < (other.effectiveFrom ?? '') ? -1 : 1)) }));
    },
  });
  const own = await authority.issueServer();
  const credentials = ServerCredentials.createSsl(authority.certificate, [{ cert_chain: own.certificate, private_key: own.key }], true);
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, port) => {
      if (error === null) resolve({ server, port });
      else reject(error);
    });
  });
}

describe('a risk level, from its statement to the status of who was there', () => {
  const levels: v1.IRiskLevel[] = [];
  const hubState = { isAway: false };
  let databases: TestDatabase[];
  let testNats: TestNats;
  let hub: Server;
  let hubNats: NatsConnection;
  let database: DataSource;
  let lead: InstanceLock;
  let keys: ProvinceKeys;
  let adapter: RunningAdapter;
  let standIn: StartedStandIn;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'risk-'));
    const [own, local, nats] = await Promise.all([createTestDatabase(), createTestDatabase(), startTestNats()]);
    databases = [own, local];
    testNats = nats;
    hubNats = await nats.connect('admin');
    await (await jetstreamManager(hubNats)).streams.add({ name: ATTESTATION_STREAM, subjects: [attestationSubject('*')] });
    database = await connectDatabase(own.url, log);
    await migrateDatabase(database);
    const keyFile = join(directory, 'keys.json');
    keys = await loadProvinceKeys(keyFile, 'development');
    const authority = await makeTestAuthority('hub of a test');
    const credentials = { authority: authority.certificate, ...(await authority.issueClient({ role: 'province', province: CODE })) };
    writeHubFiles(directory, credentials);
    const credsFile = join(directory, 'nats.creds');
    writeFileSync(credsFile, nats.creds(CODE), { mode: 0o600 });
    const { server, port } = await startHub(levels, hubState, authority);
    hub = server;
    const localPort = await findFreePort();
    const adapterNats = await connectNats({ url: nats.url, creds: () => nats.creds(CODE) }, CODE, log);
    lead = competeForLead(own.url, log);
    await lead.acquired;
    adapter = await startAdapter({
      config: {
        province: { code: CODE, slug: PROFILE.slug, name: '贵州', english: 'Guizhou' }, databaseUrl: own.url, environment: 'development', nats: { url: nats.url, credsFile, creds: nats.creds(CODE) },
        hub: { address: `127.0.0.1:${String(port)}`, serverName: 'localhost', files: hubFiles(directory), credentials }, keyFile, subjectKey: { version: 1, secret: new Uint8Array(32).fill(7) },
        localSystem: { baseUrl: `http://127.0.0.1:${String(localPort)}`, timeoutMs: 2000 }, http: { host: '127.0.0.1', port: 0 }, pushToken: 'local-system',
        attestationLifetimeSeconds: 3600, pollIntervalMs: 50, heartbeatIntervalMs: 50, logLevel: 'silent',
      },
      province: createDirectModeProvince(PROFILE), keys, database, nats: adapterNats, lead, adapterVersion: '0.1.0', log,
    });
    standIn = await startStandIn(createDirectModeLocalSystem(PROFILE, []), {
      databaseUrl: local.url, host: '127.0.0.1', port: localPort, push: { url: `http://${adapter.httpAddress}/push`, token: 'local-system' },
    });
    await adapter.registered;
  });
  afterAll(async () => {
    await standIn.stop();
    await adapter.stop();
    await lead.close();
    hub.forceShutdown();
    await hubNats.close();
    await database.destroy();
    await testNats.stop();
    await Promise.all(databases.map((each) => each.drop()));
    rmSync(directory, { recursive: true });
  });

  const riskLevels = async (body?: object, token = 'local-system'): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`http://${adapter.httpAddress}/risk-levels`, body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const call = async (operation: v1.IProvinceCall): Promise<v1.ProvinceReply> => {
    const replyKey = crypto.getRandomValues(new Uint8Array(32));
    const plaintext = v1.ProvinceCall.encode({ replyKey, deadline: { seconds: now() + 3 }, ...operation }).finish();
    const jwe = await sealFor(await importProvinceKey(keys.opening[0].publicJwk, CODE), plaintext);
    const { data } = await hubNats.request(callSubject(CODE), v1.SealedCall.encode({ jwe }).finish(), { timeout: 3000 });
    return v1.ProvinceReply.decode(await openWithSecret(v1.SealedReply.decode(data).jwe ?? '', replyKey));
  };
  const declareHealth = async (index: number): Promise<string> => {
    const subject = { name: '测试甲', sex: '1', nationality: 'CHN', idType: '01', idNumber: syntheticIdNumber('995298', index) };
    const reply = await call({ declareHealth: { province: CODE, subject, temperature: 36.5, declaredAt: { seconds: now() } } });
    return reply.declareHealth?.subjectReference ?? '';
  };
  const tripTo = (toRegion: string, days: number): v1.ITrip => ({
    fromRegion: '520102', toRegion, transport: 'Z8990', departedAt: { seconds: now() - days * DAY - 7200 }, arrivedAt: { seconds: now() - days * DAY - 60 },
  });
  const declareTrip = async (subjectReference: string, trip: v1.ITrip): Promise<string> => (await call({ declareTrip: { province: CODE, subjectReference, trips: [trip] } })).declareTrip?.tripId ?? '';
  /** Claims of every attestation published about a person, oldest first. */
  const publishedAbout = async (subject: string): Promise<readonly Record<string, unknown>[]> => {
    const manager = await jetstreamManager(hubNats);
    const { state } = await manager.streams.info(ATTESTATION_STREAM);
    if (state.messages === 0) return [];
    const { name } = await manager.consumers.add(ATTESTATION_STREAM, { ack_policy: AckPolicy.None, deliver_policy: DeliverPolicy.All });
    const consumer = await jetstream(hubNats).consumers.get(ATTESTATION_STREAM, name);
    const claims = [];
    for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 1000 })) claims.push(payloadOf(message.string()));
    return claims.filter(({ sub }) => sub === subject);
  };
  const statusOf = async (subject: string): Promise<unknown> => (await publishedAbout(subject)).at(-1)?.['code'];

  it('is stated by the local system, kept by the hub, and served with its age', async () => {
    const stated = { region: '520121', grade: 'high', effectiveFrom: dayBefore(5), authority: AUTHORITY };
    expect(await riskLevels({ levels: [stated] })).toEqual({ status: 200, body: { added: 1 } });
    await expect.poll(async () => (await riskLevels()).body, { timeout: 10_000 }).toMatchObject({ ageSeconds: expect.any(Number) as number, levels: [{ ...stated, statedBy: CODE }] });
    expect((await riskLevels(undefined, 'other')).status).toBe(401);
    expect(await riskLevels({ levels: [{ ...stated, region: '110105' }] })).toMatchObject({ status: 400, body: { code: 'REQUEST_FIELD_INVALID', message: expect.stringContaining('levels[0].region') as string } });
  });

  it('makes red who declares to have been there since, under a rule of its own', async () => {
    const subject = await declareHealth(1);
    await expect.poll(() => statusOf(subject), { timeout: 10_000 }).toBe('00');
    await declareTrip(subject, tripTo('520121', 3));
    await expect.poll(() => statusOf(subject), { timeout: 10_000 }).toBe('10');
    expect((await publishedAbout(subject)).at(-1)).toMatchObject({ reason: 'RISK_AREA_HISTORY', rule: { id: '520000-declared-trip-high-risk' } });
  });

  it('makes yellow who was there before, when the level comes later, and green nobody who has declared anew', async () => {
    const subject = await declareHealth(2);
    await declareTrip(subject, tripTo('520122', 6));
    await expect.poll(() => statusOf(subject), { timeout: 10_000 }).toBe('00');
    await riskLevels({ levels: [{ region: '520122', grade: 'medium', effectiveFrom: dayBefore(1), authority: AUTHORITY }] });
    await expect.poll(() => statusOf(subject), { timeout: 10_000 }).toBe('01');
    await declareHealth(2);
    expect((await publishedAbout(subject)).map(({ code }) => code)).toEqual(['00', '01']);
  });

  it('leaves nothing of the journey in any claim', async () => {
    const declared = [tripTo('520121', 2), tripTo('520121', 9)];
    const tripIds: string[] = [];
    const subjects: string[] = [];
    for (const [index, trip] of declared.entries()) {
      const subject = await declareHealth(10 + index);
      tripIds.push(await declareTrip(subject, trip));
      subjects.push(subject);
      await expect.poll(() => statusOf(subject), { timeout: 10_000 }).toBe('10');
    }
    const attested = await Promise.all(subjects.map(publishedAbout));
    const journeys = declared.flatMap(({ fromRegion, toRegion, transport, departedAt, arrivedAt }) => [
      fromRegion, toRegion, transport, departedAt?.seconds, arrivedAt?.seconds, chinaDayOf(Number(arrivedAt?.seconds) * 1000), chinaDayOf(Number(departedAt?.seconds) * 1000),
    ]);
    for (const claims of attested.flat()) {
      for (const [name, claim] of Object.entries(claims)) {
        for (const trace of [...journeys, ...tripIds]) expect(JSON.stringify(claim), `${name} tells ${String(trace)}`).not.toContain(String(trace));
      }
    }
    // Other regions and days, and yet every claim is the same but for whose it is, its number and its place, and when it was declared.
    const [one = {}, other = {}] = attested.map((claims) => claims.at(-1));
    expect(Object.keys(other)).toEqual(Object.keys(one));
    const differing = Object.keys(one).filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));
    expect(['sub', 'seq', 'supersedes', 'status', 'iat', 'since', 'exp', '_sd']).toEqual(expect.arrayContaining(differing));
    // And those times are of the declaration: all of them lie after both journeys had ended.
    for (const claims of [one, other]) for (const time of ['iat', 'since', 'exp']) expect(Number(claims[time]), time).toBeGreaterThanOrEqual(now() - 60);
  });

  it('stays known while the hub is away, and a statement is to be made again', async () => {
    hubState.isAway = true;
    const refused = await riskLevels({ levels: [{ region: '520123', grade: 'high', effectiveFrom: dayBefore(0), authority: AUTHORITY }] });
    expect(refused).toMatchObject({ status: 503, body: { code: 'HUB_UNREACHABLE' } });
    expect((await riskLevels()).body).toMatchObject({ levels: [{ region: '520121' }, { region: '520122' }] });
    const subject = await declareHealth(20);
    await declareTrip(subject, tripTo('520121', 3));
    await expect.poll(() => statusOf(subject), { timeout: 10_000 }).toBe('10');
    hubState.isAway = false;
  });
});
