import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { createKeyRing, importProvinceKey, openWithSecret, parseAttestation, parseIdentityDocument, parseProvinceCode, sealFor, verifyAttestation, verifyPossessionProof, type StandardRecord, type TestResultRecord } from '@health-code/attestation';
import { ATTESTATION_STREAM, attestationSubject, callSubject, serviceDefinition, v1 } from '@health-code/messages';
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, startTestNats, type TestDatabase, type TestNats } from '../../deploy/embedded/test-services.js';
import type { AdapterConfig } from './config.js';
import { AdapterError } from './errors.js';
import { loadProvinceKeys, type ProvinceKeys } from './keys/province-keys.js';
import { connectDatabase, migrateDatabase } from './platform/database.js';
import { competeForLead, type InstanceLock } from './platform/instance-lock.js';
import { connectNats } from './platform/nats.js';
import type { LocalAnswer, ProvinceDefinition } from './province-system.js';
import { createForeignProvince, type ForeignProvince } from './operations/foreign-province.fixture.js';
import { startAdapter, type RunningAdapter } from './start-adapter.js';

const log = pino({ level: 'silent' });
const CODE = parseProvinceCode('520000');
/** Somebody the local system does not know. */
const TRAVELLER = `1.${'a'.repeat(42)}A`;
const PERSON = parseIdentityDocument('01', '520199190001010016');
const now = (): number => Math.floor(Date.now() / 1000);

/** A local system in memory, spoken to by poll, push and query. */
const changes: LocalAnswer[] = [];
const answerOf = (value: string): LocalAnswer => ({ fields: { value }, identity: PERSON, maskedName: '测**', answeredAt: now() });
const SAMPLED_AT = now() - 3600;
const profile: ProvinceDefinition['profile'] = {
  code: CODE, slug: 'guizhou', system: 'test-system', mode: 'convert', recognisers: [{ prefix: 'test:', infix: '', minLength: 6, maxLength: 99 }],
  rules: [{ id: '520000-conversion', version: '1', title: '转码规则' }], conversionRule: { id: '520000-conversion', version: '1' }, timeZone: 'Asia/Shanghai',
};
const province: ProvinceDefinition = {
  profile,
  createSource: () => ({
    readCode: (code) => (code.endsWith(':expired') ? Promise.reject(new AdapterError('LOCAL_CODE_EXPIRED', 'expired')) : Promise.resolve(answerOf(code.slice('test:'.length)))),
    readPerson: () => Promise.resolve(answerOf('00')),
    readChanges: (cursor) => Promise.resolve({ answers: changes.slice(Number(cursor ?? 0)), cursor: String(changes.length) }),
    kinds: { 'nucleic-acid-test': { readCode: (code) => Promise.resolve(answerOf(code.slice('test:'.length))), readPerson: () => Promise.resolve(answerOf('阴性')) } },
    parsePush: (body) => {
      if (!Array.isArray(body)) throw new AdapterError('LOCAL_ANSWER_INVALID', 'not a list');
      return body.map((value) => answerOf(String(value)));
    },
    isReachable: () => Promise.resolve(true),
  }),
  translations: {
    'nucleic-acid-test': (local, at): TestResultRecord => {
      const value = local.fields['value'] ?? '';
      if (value !== '阴性') throw new AdapterError('TRANSLATION_VALUE_UNKNOWN', 'not in the table', { untranslated: { field: 'value', value } });
      return {
        availability: 'available', kind: 'nucleic-acid-test', result: 'negative', since: SAMPLED_AT, validUntil: at + 86_400, rule: { id: '520000-conversion', version: '1' },
        authority: CODE, evidence: 'laboratory', original: { system: 'test-system', field: 'value', value }, test: { reportedAt: SAMPLED_AT + 60, method: 'not-stated', laboratory: '' },
      };
    },
  },
  translate(local, at): StandardRecord {
    const status = (['00', '01', '10'] as const).find((known) => known === local.fields['value']);
    const value = local.fields['value'] ?? '';
    if (value === 'pending') return { availability: 'pending', original: { system: 'test-system', field: 'value', value } };
    if (status === undefined) throw new AdapterError('TRANSLATION_VALUE_UNKNOWN', 'not in the table', { untranslated: { field: 'value', value } });
    return {
      availability: 'available', status, since: local.answeredAt, validUntil: at + 86_400, reason: '', rule: { id: '520000-conversion', version: '1' },
      authority: CODE, evidence: 'verified-source', original: { system: 'test-system', field: 'value', value: status },
    };
  },
};

describe('an adapter', () => {
  let testDatabase: TestDatabase;
  let testNats: TestNats;
  let database: DataSource;
  let hubNats: NatsConnection;
  let hubServer: Server;
  let directory: string;
  let keys: ProvinceKeys;
  let lead: InstanceLock;
  let adapterNats: NatsConnection;
  let adapter: RunningAdapter;
  let config: AdapterConfig;
  let lastSequence = 0;
  const registrations: v1.RegisterRequest[] = [];
  let isKnown = false;
  let beijing: ForeignProvince;

  const startHub = async (port: number): Promise<number> => {
    hubServer = new Server();
    const refuseStranger = (call: ServerUnaryCall<object, object>, callback: sendUnaryData<object>): boolean => {
      const isMember = call.metadata.get('authorization')[0] === 'Bearer token';
      if (!isMember) callback({ code: status.UNAUTHENTICATED, details: 'who' });
      return !isMember;
    };
    hubServer.addService(serviceDefinition(v1.Adapter), {
      Register: (call: ServerUnaryCall<v1.RegisterRequest, object>, callback: sendUnaryData<object>) => {
        if (refuseStranger(call, callback)) return;
        isKnown = true;
        registrations.push(call.request);
        callback(null, { province: CODE, contiguousSequence: 0 });
      },
      Heartbeat: (call: ServerUnaryCall<v1.HeartbeatRequest, object>, callback: sendUnaryData<object>) => {
        if (refuseStranger(call, callback)) return;
        if (!isKnown) {
          callback({ code: status.FAILED_PRECONDITION, details: 'register first' });
          return;
        }
        lastSequence = call.request.lastSequence;
        callback(null, { contiguousSequence: 0, hubTime: { seconds: now() } });
      },
      ListForeignStatements: (call: ServerUnaryCall<v1.ListForeignStatementsRequest, object>, callback: sendUnaryData<object>) => {
        if (refuseStranger(call, callback)) return;
        void beijing.state({ subject: call.request.subjectReference }).then(({ token }) => { callback(null, { attestations: [Buffer.from(token)] }); });
      },
    });
    hubServer.addService(serviceDefinition(v1.Ledger), {
      ListProvinces: (_call: unknown, callback: sendUnaryData<object>) => {
        callback(null, { provinces: [beijing.listed] });
      },
    });
    return new Promise((resolve, reject) => {
      hubServer.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
  };
  const start = async (definition = province): Promise<void> => {
    adapterNats = await connectNats(config.nats, CODE, log);
    lead = competeForLead(config.databaseUrl, log);
    await lead.acquired;
    adapter = await startAdapter({ config, province: definition, keys, database, nats: adapterNats, lead, adapterVersion: '0.1.0', log });
    await adapter.registered;
  };
  const stop = async (): Promise<void> => {
    await adapter.stop();
    await adapterNats.drain();
    await lead.close();
  };
  /** Every token the stream holds so far, verified with the registered key. */
  const published = async () => {
    const manager = await jetstreamManager(hubNats);
    const { state } = await manager.streams.info(ATTESTATION_STREAM);
    if (state.messages === 0) return [];
    const { name } = await manager.consumers.add(ATTESTATION_STREAM, { ack_policy: AckPolicy.None, deliver_policy: DeliverPolicy.All });
    const consumer = await jetstream(hubNats).consumers.get(ATTESTATION_STREAM, name);
    const ring = createKeyRing([await importProvinceKey(keys.publicJwks.signing, CODE)]);
    const attestations = [];
    for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 1000 })) {
      attestations.push((await verifyAttestation(parseAttestation(message.string()), ring, now())).attestation);
    }
    return attestations;
  };
  const call = async (operation: v1.IProvinceCall): Promise<v1.ProvinceReply> => {
    const replyKey = crypto.getRandomValues(new Uint8Array(32));
    const plaintext = v1.ProvinceCall.encode({ replyKey, deadline: { seconds: now() + 3 }, ...operation }).finish();
    const jwe = await sealFor(await importProvinceKey(keys.publicJwks.encryption, CODE), plaintext);
    const { data } = await hubNats.request(callSubject(CODE), v1.SealedCall.encode({ jwe }).finish(), { timeout: 3000 });
    return v1.ProvinceReply.decode(await openWithSecret(v1.SealedReply.decode(data).jwe ?? '', replyKey));
  };
  const context = { province: '310000', purpose: v1.Purpose.PURPOSE_CHECKPOINT };
  const scan = (text: string) => call({ attestCode: { code: new TextEncoder().encode(text), context } });
  const push = async (body: unknown): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`http://${adapter.httpAddress}/push`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    return { status: response.status, body: await response.json() };
  };

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'adapter-'));
    [testDatabase, testNats] = await Promise.all([createTestDatabase(), startTestNats()]);
    hubNats = await connect({ servers: testNats.url, user: 'hub', pass: testNats.password('hub'), inboxPrefix: '_INBOX.hub' });
    await (await jetstreamManager(hubNats)).streams.add({ name: ATTESTATION_STREAM, subjects: [attestationSubject('*')] });
    database = await connectDatabase(testDatabase.url, log);
    await migrateDatabase(database);
    keys = await loadProvinceKeys(join(directory, 'keys.json'));
    beijing = await createForeignProvince(parseProvinceCode('110000'), TRAVELLER, now());
    config = {
      province: { code: CODE, slug: 'guizhou', name: '贵州', english: 'Guizhou' },
      databaseUrl: testDatabase.url,
      nats: { url: testNats.url, user: CODE, password: testNats.password(CODE) },
      hub: { address: `127.0.0.1:${await startHub(0)}`, enrolmentToken: 'token', tls: false },
      keyFile: '', subjectKey: { version: 1, secret: new Uint8Array(32).fill(7) }, localSystem: { baseUrl: 'http://127.0.0.1:1', timeoutMs: 500 },
      http: { host: '127.0.0.1', port: 0 }, attestationLifetimeSeconds: 3600, pollIntervalMs: 50, heartbeatIntervalMs: 50, logLevel: 'silent',
    };
    await start();
  });
  afterAll(async () => {
    await stop();
    hubServer.forceShutdown();
    await hubNats.close();
    await database.destroy();
    await testNats.stop();
    await testDatabase.drop();
    rmSync(directory, { recursive: true });
  });

  it('states keys with proof, recognisers and rules when it registers', async () => {
    const [request] = registrations;
    const signing = await importProvinceKey(JSON.parse(request?.keys[0]?.jwk ?? ''), CODE);
    await expect(verifyPossessionProof(request?.keys[0]?.proof ?? '', signing)).resolves.toBeUndefined();
    expect(request?.recognisers).toMatchObject([{ prefix: 'test:', minLength: 6, maxLength: 99 }]);
    expect(request?.rules).toMatchObject([{ id: '520000-conversion', version: '1' }, { id: '520000-conversion-foreign', version: '1', title: '外省健康码转码规则' }]);
    expect(request?.mode).toBe(v1.RecognitionMode.RECOGNITION_MODE_CONVERT);
  });

  it('brings a polled change to NATS, signed, and tells the hub how far it is', async () => {
    changes.push(answerOf('00'), answerOf('orange'), answerOf('01'));
    await expect.poll(async () => (await published()).length).toBe(3);
    expect(await published()).toMatchObject([
      { sequence: 1, status: '00', reason: 'REASON_NOT_STATED' },
      { sequence: 2, status: 'none', reason: 'STATUS_NOT_TRANSLATABLE', supersedes: 1, original: { value: 'orange' } },
      { sequence: 3, status: '01', supersedes: 2, rule: { id: '520000-conversion' }, original: { system: 'test-system', field: 'value', value: '01' } },
    ]);
    await expect.poll(() => lastSequence).toBe(3);
  });

  it('brings a pushed change to NATS, and says what it could not understand', async () => {
    expect(await push(['orange', '10'])).toEqual({ status: 200, body: { accepted: 1, refused: 1 } });
    await expect.poll(async () => (await published()).at(-1)).toMatchObject({ sequence: 5, status: '10' });
    expect(await push({})).toEqual({ status: 400, body: { code: 'LOCAL_ANSWER_INVALID' } });
  });

  it('answers a scanned code with the attestation that stands, and with a new one when it changed', async () => {
    const standing = await scan('test:10');
    expect(parseAttestation(standing.attested?.attestation ?? '').claims).toMatchObject({ sequence: 5, status: '10' });
    expect(standing.attested?.attestation).not.toContain('~');
    const changed = await scan('test:00');
    expect(parseAttestation(changed.attested?.attestation ?? '').claims).toMatchObject({ sequence: 6, supersedes: 5, status: '00' });
    await expect.poll(async () => (await published()).at(-1)).toMatchObject({ sequence: 6 });
  });

  it('passes on why a code is refused', async () => {
    expect((await scan('test:expired')).error?.code).toBe('LOCAL_CODE_EXPIRED');
    expect((await scan('test:orange')).error?.code).toBe('TRANSLATION_VALUE_UNKNOWN');
    expect((await call({ applyCode: { province: CODE } })).error?.code).toBe('OPERATION_NOT_OFFERED');
  });

  it('withdraws the green of a person who has no status any more, once, and attests again when there is one', async () => {
    // The refusal above has withdrawn already.
    await expect.poll(async () => (await published()).at(-1)).toMatchObject({ sequence: 7, supersedes: 6, status: 'none', reason: 'STATUS_NOT_TRANSLATABLE' });
    const green = await scan('test:00');
    expect(parseAttestation(green.attested?.attestation ?? '').claims).toMatchObject({ sequence: 8, supersedes: 7, status: '00' });
    for (let times = 0; times < 2; times += 1) expect((await scan('test:pending')).attested).toMatchObject({ availability: 'pending', attestation: '' });
    expect(await push(['pending'])).toEqual({ status: 200, body: { accepted: 1, refused: 0 } });
    await expect.poll(async () => (await published()).at(-1)).toMatchObject({ sequence: 9, supersedes: 8, status: 'none', reason: 'STATUS_WITHDRAWN', rule: { id: '520000-conversion' } });
  });

  it('keeps no identity number and no disclosure', async () => {
    const tables = ['attestation_outbox', 'refused_answer', 'poll_cursor', 'issuer_sequence'];
    const rows = await Promise.all(tables.map((table) => database.query(`SELECT * FROM ${table}`)));
    expect(JSON.stringify(rows)).not.toMatch(/520199190001010016|测/);
  });

  it('registers again after the hub was restarted and has forgotten it', async () => {
    const before = registrations.length;
    isKnown = false;
    hubServer.forceShutdown();
    await startHub(Number(config.hub.address.split(':')[1]));
    await expect.poll(() => registrations.length, { timeout: 10_000 }).toBe(before + 1);
  });

  it('says on its health page that it works', async () => {
    const response = await fetch(`http://${adapter.httpAddress}/health/ready`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'ready', leading: true, hub: { isRegistered: true }, outbox: { unpublished: 0, refused: 2 } });
  });

  it('keeps a second instance waiting until the first is gone', async () => {
    const second = competeForLead(config.databaseUrl, log);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(second.isHeld()).toBe(false);
    await stop();
    await second.acquired;
    expect(second.isHeld()).toBe(true);
    await second.close();
    await start();
  });

  it('goes on where it was after PostgreSQL ended every session', async () => {
    await database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()').catch(() => undefined);
    changes.push(answerOf('01'));
    await expect.poll(async () => (await published()).at(-1), { timeout: 10_000 }).toMatchObject({ sequence: 10, status: '01' });
    expect(lead.isHeld()).toBe(true);
  });

  it('loses nothing that was attested while NATS was killed', async () => {
    await testNats.kill();
    changes.push(answerOf('00'));
    await expect.poll(() => lastSequence).toBe(11);
    await testNats.restart();
    await expect.poll(async () => (await published().catch(() => [])).at(-1), { timeout: 15_000 }).toMatchObject({ sequence: 11, status: '00' });
  });

  it('answers with a test where a test is asked for, and leaves the status alone', async () => {
    const scanned = await call({ attestCode: { code: new TextEncoder().encode('test:阴性'), context, kind: v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST } });
    const { claims } = parseAttestation(scanned.attested?.attestation ?? '');
    expect(claims).toMatchObject({ sequence: 12, kind: 'nucleic-acid-test', status: 'negative', since: SAMPLED_AT, test: { reportedAt: SAMPLED_AT + 60, method: 'not-stated', laboratory: '' } });
    expect(claims).not.toHaveProperty('supersedes');
    expect(parseAttestation((await scan('test:00')).attested?.attestation ?? '').claims).toMatchObject({ sequence: 11, kind: 'health-status' });
    const unknown = await call({ attestCode: { code: new TextEncoder().encode('test:00'), context, kind: v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST } });
    expect(unknown.error?.code).toBe('TRANSLATION_VALUE_UNKNOWN');
    await expect.poll(async () => (await published()).at(-1)).toMatchObject({ sequence: 13, supersedes: 12, kind: 'nucleic-acid-test', status: 'none' });
  });

  it('converts what another province states, verified with the keys the hub lists', async () => {
    const { token } = await beijing.state();
    const { convertCode } = await call({ convertCode: { province: CODE, attestation: Buffer.from(token) } });
    expect(convertCode?.subjectReference).toBe(TRAVELLER);
    const { claims } = parseAttestation(convertCode?.attestation ?? '');
    expect(claims).toMatchObject({ sequence: 14, subject: TRAVELLER, status: '00', rule: { id: '520000-conversion-foreign' }, source: { issuer: '110000', sequence: 7 } });
    await expect.poll(async () => (await published()).at(-1)).toMatchObject({ sequence: 14 });
    const forger = await createForeignProvince(parseProvinceCode('110000'), TRAVELLER, now());
    expect((await call({ convertCode: { province: CODE, attestation: Buffer.from((await forger.state()).token) } })).error?.code).toBe('CONVERSION_SOURCE_INVALID');
  });

  it('shares what others state with a local system in that mode alone', async () => {
    const ask = async (): Promise<{ status: number; body: unknown }> => {
      const body = JSON.stringify({ documentType: PERSON.type, documentNumber: PERSON.number });
      const response = await fetch(`http://${adapter.httpAddress}/shared-statuses`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      return { status: response.status, body: await response.json() };
    };
    expect((await ask()).status).toBe(404);
    await stop();
    await start({ ...province, profile: { ...profile, mode: 'share' } });
    expect(await ask()).toMatchObject({ status: 200, body: { statuses: [{ issuer: '110000', status: '00' }] } });
    expect((await call({ convertCode: { province: CODE, attestation: Buffer.from((await beijing.state()).token) } })).error?.code).toBe('OPERATION_NOT_OFFERED');
    expect(registrations.at(-1)?.rules).toHaveLength(1);
  });
});
