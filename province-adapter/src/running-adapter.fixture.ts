import { createKeyRing, importProvinceKey, openWithSecret, parseAttestation, parseProvinceCode, sealFor, verifyAttestation, type Attestation, type ProvinceKey } from '@health-code/attestation';
import { ATTESTATION_STREAM, attestationSubject, callSubject, v1 } from '@health-code/messages';
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { createTestDatabase, startTestNats, type TestNats } from '../../deploy/embedded/test-services.js';
import type { AdapterConfig } from './config.js';
import { hubFiles, writeHubFiles } from './hub/hub-files.fixture.js';
import { loadProvinceKeys, type ProvinceKeys } from './keys/province-keys.js';
import { createCredsReader } from './keys/rotation.schedule.js';
import { startMemoryHub, type MemoryHub } from './memory-hub.fixture.js';
import { CODE, createMemoryProvince, now } from './memory-province.fixture.js';
import { createForeignProvince, type ForeignProvince } from './operations/foreign-province.fixture.js';
import { connectDatabase, migrateDatabase } from './platform/database.js';
import { competeForLead, type InstanceLock } from './platform/instance-lock.js';
import { connectNats } from './platform/nats.js';
import type { LocalAnswer } from './local-answer.js';
import type { ProvinceDefinition } from './province-system.js';
import { startAdapter, type RunningAdapter } from './start-adapter.js';

const log = pino({ level: 'silent' });

/** What an adapter is asked with at a checkpoint. */
export const context = { province: '310000', purpose: v1.Purpose.PURPOSE_CHECKPOINT };

/** Somebody the local system does not know. */
export const TRAVELLER = `1.${'a'.repeat(42)}A`;

/** An adapter on a real PostgreSQL and NATS, between a local system and a hub in memory. */
export interface AdapterUnderTest {
  readonly config: AdapterConfig;
  /** The keys of its first start. */
  readonly keys: ProvinceKeys;
  /** Where the files of its configuration lie. */
  readonly directory: string;
  readonly database: DataSource;
  readonly nats: TestNats;
  readonly hub: MemoryHub;
  /** The hub's other province. */
  readonly beijing: ForeignProvince;
  /** What a poll gives; push onto it. */
  readonly changes: LocalAnswer[];
  httpAddress(): string;
  isLeading(): boolean;
  start(definition?: ProvinceDefinition): Promise<void>;
  stop(): Promise<void>;
  /** Every attestation the stream holds so far, verified with a key that was registered by then. */
  published(): Promise<readonly Attestation[]>;
  /** As the hub asks: sealed to the first key of the last registration, or to the one of that id. */
  call(operation: v1.IProvinceCall, kid?: string): Promise<v1.ProvinceReply>;
  scan(text: string): Promise<v1.ProvinceReply>;
  push(body: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Stops it, and everything that was started for it. */
  close(): Promise<void>;
}

/** Starts everything, and waits until the adapter is registered. */
export async function startAdapterUnderTest(): Promise<AdapterUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'adapter-'));
  const [testDatabase, nats] = await Promise.all([createTestDatabase(), startTestNats()]);
  const hubNats: NatsConnection = await nats.connect('admin');
  await (await jetstreamManager(hubNats)).streams.add({ name: ATTESTATION_STREAM, subjects: [attestationSubject('*')] });
  const database = await connectDatabase(testDatabase.url, log);
  await migrateDatabase(database);
  const keyFile = join(directory, 'keys.json');
  const keys = await loadProvinceKeys(keyFile, 'development');
  const beijing = await createForeignProvince(parseProvinceCode('110000'), TRAVELLER, now());
  const hub = await startMemoryHub(beijing);
  const credentials = await hub.issue();
  writeHubFiles(directory, credentials);
  const credsFile = join(directory, 'nats.creds');
  writeFileSync(credsFile, nats.creds(CODE), { mode: 0o600 });
  const changes: LocalAnswer[] = [];
  const config: AdapterConfig = {
    province: { code: CODE, slug: 'guizhou', name: '贵州', english: 'Guizhou' },
    databaseUrl: testDatabase.url,
    environment: 'development',
    nats: { url: nats.url, credsFile, creds: nats.creds(CODE) },
    hub: { address: hub.address, serverName: 'localhost', files: hubFiles(directory), credentials },
    keyFile, subjectKey: { version: 1, secret: new Uint8Array(32).fill(7) }, localSystem: { baseUrl: 'http://127.0.0.1:1', timeoutMs: 500 },
    http: { host: '127.0.0.1', port: 0 }, attestationLifetimeSeconds: 3600, pollIntervalMs: 50, heartbeatIntervalMs: 50, logLevel: 'silent',
  };
  let lead: InstanceLock;
  let adapter: RunningAdapter;

  const start = async (definition = createMemoryProvince(changes)): Promise<void> => {
    const adapterNats = await connectNats({ url: config.nats.url, creds: createCredsReader(config) }, CODE, log);
    lead = competeForLead(config.databaseUrl, log);
    await lead.acquired;
    adapter = await startAdapter({
      config, province: definition, keys: await loadProvinceKeys(keyFile, 'development'), database, nats: adapterNats, lead, adapterVersion: '0.1.0', log,
      rotation: { lookIntervalMs: 50, keyOverlapMs: 1000 },
    });
    await adapter.registered;
  };
  const stop = async (): Promise<void> => {
    await adapter.stop();
    await lead.close();
  };
  /** The newest last. */
  const registeredKeys = async (use: v1.KeyUse, until: number): Promise<ProvinceKey[]> => {
    const stated = hub.registrations.filter(({ at }) => at <= until).flatMap((registration) => registration.keys.filter((key) => key.use === use));
    return Promise.all(stated.map(({ jwk }) => importProvinceKey(JSON.parse(jwk ?? ''), CODE)));
  };
  const published = async () => {
    const manager = await jetstreamManager(hubNats);
    const { state } = await manager.streams.info(ATTESTATION_STREAM);
    if (state.messages === 0) return [];
    const { name } = await manager.consumers.add(ATTESTATION_STREAM, { ack_policy: AckPolicy.None, deliver_policy: DeliverPolicy.All });
    const consumer = await jetstream(hubNats).consumers.get(ATTESTATION_STREAM, name);
    const attestations = [];
    for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 1000 })) {
      const ring = createKeyRing(await registeredKeys(v1.KeyUse.KEY_USE_SIGNATURE, message.info.timestampNanos / 1e6));
      attestations.push((await verifyAttestation(parseAttestation(message.string()), ring, now())).attestation);
    }
    return attestations;
  };
  const findSealingKey = async (kid: string | undefined): Promise<ProvinceKey> => {
    const [first] = hub.registrations.at(-1)?.keys.filter(({ use }) => use === v1.KeyUse.KEY_USE_ENCRYPTION) ?? [];
    if (kid === undefined) return importProvinceKey(JSON.parse(first?.jwk ?? ''), CODE);
    const known = (await registeredKeys(v1.KeyUse.KEY_USE_ENCRYPTION, Date.now())).find((key) => key.kid === kid);
    if (known === undefined) throw new Error(`${kid} was never registered`);
    return known;
  };
  const call = async (operation: v1.IProvinceCall, kid?: string): Promise<v1.ProvinceReply> => {
    const replyKey = crypto.getRandomValues(new Uint8Array(32));
    const plaintext = v1.ProvinceCall.encode({ replyKey, deadline: { seconds: now() + 3 }, ...operation }).finish();
    const jwe = await sealFor(await findSealingKey(kid), plaintext);
    const { data } = await hubNats.request(callSubject(CODE), v1.SealedCall.encode({ jwe }).finish(), { timeout: 3000 });
    const { jwe: sealed, error } = v1.SealedReply.decode(data);
    return typeof sealed !== 'string' || sealed === '' ? v1.ProvinceReply.create({ error: error ?? {} }) : v1.ProvinceReply.decode(await openWithSecret(sealed, replyKey));
  };
  const scan = (text: string) => call({ attestCode: { code: new TextEncoder().encode(text), context } });
  const push = async (body: unknown): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`http://${adapter.httpAddress}/push`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  };

  await start();
  return {
    config, keys, directory, database, nats, hub, beijing, changes, start, stop, published, call, scan, push,
    httpAddress: () => adapter.httpAddress,
    isLeading: () => lead.isHeld(),
    async close() {
      await stop();
      hub.stop();
      await hubNats.close();
      await database.destroy();
      await nats.stop();
      await testDatabase.drop();
      rmSync(directory, { recursive: true });
    },
  };
}
