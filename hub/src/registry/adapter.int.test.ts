import { Metadata, status, type Client, type ServiceError } from '@grpc/grpc-js';
import { createPossessionProof, generateProvinceKey, importSigningKey, parseProvinceCode, type GeneratedProvinceKey } from '@health-code/attestation';
import { secondsFromTimestamp, serviceDefinition, unaryTransport, v1 } from '@health-code/messages';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import { auditorCaller, provinceCaller, serveAs } from '../identity/certificates.fixture.js';
import { FeedState } from '../ingest/feed-state.js';
import type { CheckedKey } from '../joining/check-key.js';
import { EventLogStore } from '../joining/event-log.store.js';
import { MembershipStore } from '../joining/membership.store.js';
import { LedgerService } from '../ledger/ledger.grpc.js';
import { LedgerStore } from '../ledger/ledger.store.js';
import { openDatabase } from '../platform/database.js';
import type { GrpcService } from '../platform/grpc-handlers.js';
import { createLogger } from '../platform/logger.js';
import { decodeRichError } from '../platform/rich-error.js';
import { RiskLevelStore } from '../risk-level/risk-level.store.js';
import { AdapterService } from './adapter.grpc.js';
import type { AdmittedProvince } from './admission.js';
import { RegistryLoader } from './registry-loader.js';
import { LiveRegistry } from './registry.js';
import { RegistryStore } from './registry.store.js';

const NOW = 1_800_000_000;
const CODES = ['520000', '110000', '310000'] as const;
type Code = (typeof CODES)[number];

const admit = (code: Code, standing: AdmittedProvince['standing'] = 'admitted'): AdmittedProvince => ({
  code: parseProvinceCode(code),
  standing,
});
const ADMITTED = [admit('520000'), admit('110000'), admit('310000')];

/** What governance adds to the service in a whole hub. */
const withoutKeyEntries = (ledger: LedgerService): GrpcService => ({ definition: ledger.definition, handlers: { ...ledger.handlers, ListKeyEntries: () => undefined } });

let testDatabase: TestDatabase;
let database: DataSource;
let store: RegistryStore;
let loader: RegistryLoader;
const clients = new Map<Code | 'auditor' | 'stranger', Client>();
const open: (() => Promise<void>)[] = [];
const registry = new LiveRegistry();
const feeds = new FeedState();
const listed: unknown[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.url, createLogger('silent'));
  store = new RegistryStore(database);
  loader = new RegistryLoader(store, registry);
  await store.applyAdmission(ADMITTED);
  await loader.refresh();
  const services = [
    new AdapterService({ store, registry, refresh: () => loader.refresh(), feeds, statements: { list: (...asked) => { listed.push(asked); return Promise.resolve(['a.b.c']); } }, riskLevels: new RiskLevelStore(database), now: () => NOW }),
    withoutKeyEntries(new LedgerService(new LedgerStore(database), feeds, registry, new RiskLevelStore(database), '{}')),
  ];
  const callers = [...CODES.map((code) => [code, provinceCaller(code)] as const), ['auditor', auditorCaller()] as const, ['stranger', provinceCaller('440000')] as const];
  for (const [name, caller] of callers) {
    const { client, stop } = await serveAs(caller, services);
    clients.set(name, client);
    open.push(stop);
  }
});

afterAll(async () => {
  await Promise.all(open.map((stop) => stop()));
  await database.destroy();
  await testDatabase.drop();
});

const transport = (name: Code | 'auditor' | 'stranger') => unaryTransport(clients.get(name)!, { timeoutMs: 5000, metadata: new Metadata() });
const adapterOf = (code: Code | 'stranger'): v1.Adapter => v1.Adapter.create(transport(code));
const ledger = (): v1.Ledger => v1.Ledger.create(transport('auditor'));

interface Stated {
  readonly signing: GeneratedProvinceKey;
  readonly sealing: GeneratedProvinceKey;
  readonly request: v1.RegisterRequest.$Properties;
}

/** What a province states, with keys that were accepted before or are yet to be. */
async function state(code: Code, prefix: string, { accepted = true } = {}): Promise<Stated> {
  const [signing, sealing] = await Promise.all([generateProvinceKey('sig'), generateProvinceKey('enc')]);
  const proof = await createPossessionProof(await importSigningKey(signing.privateJwk), parseProvinceCode(code));
  const request: v1.RegisterRequest.$Properties = {
    mode: v1.RecognitionMode.RECOGNITION_MODE_CONVERT,
    keys: [
      { jwk: JSON.stringify(signing.publicJwk), use: v1.KeyUse.KEY_USE_SIGNATURE, proof },
      { jwk: JSON.stringify(sealing.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION },
    ],
    recognisers: [{ prefix, infix: '', minLength: 20, maxLength: 100 }],
    rules: [{ id: `${code}-conversion`, version: '1', title: '转码规则' }],
    adapterVersion: '0.1.0',
  };
  if (accepted) await accept(code, signing, sealing);
  return { signing, sealing, request };
}

async function accept(code: Code, ...generated: readonly GeneratedProvinceKey[]): Promise<void> {
  const keys = generated.map(({ publicJwk }): CheckedKey => ({ kid: publicJwk.kid ?? '', use: publicJwk.use === 'enc' ? 'enc' : 'sig', jwk: JSON.stringify(publicJwk) }));
  const members = new MembershipStore(database, new EventLogStore(database));
  await members.change((change) => members.acceptKeys(change, { province: parseProvinceCode(code), keys, acceptedBy: 'a test', actor: 'hub', detail: '' }));
}

async function refusal(call: Promise<unknown>): Promise<{ readonly code: status; readonly reason: string; readonly fields: readonly string[] }> {
  try {
    await call;
  } catch (error) {
    const { code, metadata } = error as ServiceError;
    const [details] = metadata.get('grpc-status-details-bin');
    const { reason, fieldViolations } = decodeRichError(details as Buffer);
    return { code, reason, fields: fieldViolations.map(({ field }) => field) };
  }
  throw new Error('accepted');
}

describe('Adapter', () => {
  it('registers the province its certificate names, and keeps what it states', async () => {
    const { request, signing, sealing } = await state('520000', 'HC:GUIZHOU:', { accepted: false });
    const versionBefore = registry.version;
    expect(await adapterOf('520000').register(request)).toMatchObject({ province: '520000', contiguousSequence: 0 });

    expect(registry.version).not.toBe(versionBefore);
    expect(registry.find(signing.publicJwk.kid ?? '')).toMatchObject({ province: '520000', use: 'sig', algorithm: 'ES256' });
    expect(registry.findProvince('520000')).toMatchObject({ registered: true, standing: 'admitted', encryptionKey: { kid: sealing.publicJwk.kid } });
    expect(registry.isRuleRegistered('520000', '520000-conversion', '1')).toBe(true);
    expect(registry.isRuleRegistered('110000', '520000-conversion', '1')).toBe(false);

    const restarted = new LiveRegistry();
    await new RegistryLoader(store, restarted).refresh();
    expect(restarted.provinces()).toEqual(registry.provinces());
  });

  it('accepts the keys of a founding member once, and later ones only after they were accepted', async () => {
    const later = await state('520000', 'HC:GUIZHOU:', { accepted: false });
    expect(await refusal(adapterOf('520000').register(later.request))).toEqual({ code: status.FAILED_PRECONDITION, reason: 'KEY_NOT_ACCEPTED', fields: ['keys[0]', 'keys[1]'] });
    await accept('520000', later.signing);
    expect(await refusal(adapterOf('520000').register(later.request))).toMatchObject({ reason: 'KEY_NOT_ACCEPTED', fields: ['keys[1]'] });
    await accept('520000', later.sealing);
    expect(await adapterOf('520000').register(later.request)).toMatchObject({ province: '520000' });
  });

  it('puts the first keys of a founding member through the gates of everybody else’s', async () => {
    const { request } = await state('110000', 'HC:BEIJING:', { accepted: false });
    const known = { kty: 'EC', crv: 'P-256', x: 'gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0', y: 'SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps', use: 'enc', alg: 'ECDH-ES' };
    const keys = [request.keys?.[0] ?? {}, { jwk: JSON.stringify(known), use: v1.KeyUse.KEY_USE_ENCRYPTION }];
    expect(await refusal(adapterOf('110000').register({ ...request, keys }))).toMatchObject({ reason: 'REGISTRATION_INVALID', fields: ['keys[1]'] });
  });

  it('tells the protocol version that both speak, and refuses who speaks none in common', async () => {
    const { request } = await state('310000', 'HC:SHANGHAI:');
    expect(await adapterOf('310000').register(request)).toMatchObject({ protocolVersion: 1, hubProtocolVersions: [1, 2] });
    expect(await adapterOf('310000').register({ ...request, protocolVersions: [1, 2, 3] })).toMatchObject({ protocolVersion: 2 });
    expect(await refusal(adapterOf('310000').register({ ...request, protocolVersions: [3, 4] }))).toMatchObject({ code: status.FAILED_PRECONDITION, reason: 'PROTOCOL_VERSION_UNSUPPORTED' });
  });

  it('seals to the first of two keys to encrypt to, whatever their names', async () => {
    const { request, sealing } = await state('310000', 'HC:SHANGHAI:');
    const second = await generateProvinceKey('enc');
    await accept('310000', second);
    const [signing = {}, first = {}] = request.keys ?? [];
    const other = { jwk: JSON.stringify(second.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION };
    await adapterOf('310000').register({ ...request, keys: [signing, other, first] });
    expect(registry.findProvince('310000')?.encryptionKey?.kid).toBe(second.publicJwk.kid);
    await adapterOf('310000').register({ ...request, keys: [signing, first, other] });
    expect(registry.findProvince('310000')?.encryptionKey?.kid).toBe(sealing.publicJwk.kid);
    expect(await refusal(adapterOf('310000').register({ ...request, keys: [signing, first, other, other] }))).toMatchObject({ reason: 'REGISTRATION_INVALID' });
  });

  it('keeps the end of a key as it was accepted, whatever the registration says', async () => {
    const [signing, { request }] = await Promise.all([generateProvinceKey('sig'), state('310000', 'HC:SHANGHAI:')]);
    await accept('310000', { ...signing, publicJwk: { ...signing.publicJwk, exp: NOW + 60 } as GeneratedProvinceKey['publicJwk'] });
    const proof = await createPossessionProof(await importSigningKey(signing.privateJwk), parseProvinceCode('310000'));
    const keys = [...(request.keys ?? []), { jwk: JSON.stringify(signing.publicJwk), use: v1.KeyUse.KEY_USE_SIGNATURE, proof }];
    await adapterOf('310000').register({ ...request, keys });
    expect(registry.find(signing.publicJwk.kid ?? '')?.notAfter).toBe(NOW + 60);
  });

  it('keeps former keys, so that what they signed stays verifiable', async () => {
    const former = await state('310000', 'HC:SHANGHAI:');
    const later = await state('310000', 'HC:SHANGHAI:');
    await adapterOf('310000').register(former.request);
    await adapterOf('310000').register(later.request);
    expect(registry.find(former.signing.publicJwk.kid ?? '')?.use).toBe('sig');
    expect([former.signing, former.sealing, later.signing, later.sealing].map(({ publicJwk }) => registry.find(publicJwk.kid ?? '')?.province)).toEqual(Array.from({ length: 4 }, () => '310000'));
  });

  it('retires a key that is no longer stated, for good and for every replica', async () => {
    const former = await state('310000', 'HC:SHANGHAI:');
    const later = await state('310000', 'HC:SHANGHAI:');
    const end = (key: GeneratedProvinceKey, among = registry): number | undefined => among.find(key.publicJwk.kid ?? '')?.notAfter;
    await adapterOf('310000').register(former.request);
    await adapterOf('310000').register(former.request);
    expect([end(former.signing), end(former.sealing)]).toEqual([undefined, undefined]);

    await adapterOf('310000').register(later.request);
    expect([end(former.signing), end(former.sealing), end(later.signing), end(later.sealing)]).toEqual([NOW, NOW, undefined, undefined]);
    expect(registry.findProvince('310000')?.encryptionKey?.kid).toBe(later.sealing.publicJwk.kid);
    expect(registry.findKeySet('310000').keys).toContainEqual({ ...former.signing.publicJwk, exp: NOW });
    expect(registry.findKeySet('310000').keys).toContainEqual(later.signing.publicJwk);

    expect(await refusal(adapterOf('310000').register(former.request))).toMatchObject({ reason: 'REGISTRATION_INVALID', fields: ['keys[0]', 'keys[1]'] });
    const elsewhere = new LiveRegistry();
    await new RegistryLoader(store, elsewhere).refresh();
    expect([end(former.signing, elsewhere), end(later.signing, elsewhere)]).toEqual([NOW, undefined]);
  });

  it('refuses the key of another province, and undoes the whole registration', async () => {
    const guizhou = await state('520000', 'HC:GUIZHOU:');
    await adapterOf('520000').register(guizhou.request);
    const stolen = await state('110000', 'HC:BEIJING:');
    const keys = [stolen.request.keys?.[0] ?? {}, { jwk: JSON.stringify(guizhou.sealing.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION }];
    expect(await refusal(adapterOf('110000').register({ ...stolen.request, keys }))).toEqual({
      code: status.INVALID_ARGUMENT,
      reason: 'REGISTRATION_INVALID',
      fields: ['keys[1]'],
    });
    await loader.refresh();
    expect(registry.findProvince('110000')?.registered).toBe(false);
    expect(registry.find(stolen.signing.publicJwk.kid ?? '')).toBeUndefined();
  });

  it('refuses codes that another province has claimed', async () => {
    const { request } = await state('110000', 'HC:GUIZHOU:B');
    expect(await refusal(adapterOf('110000').register(request))).toMatchObject({ reason: 'REGISTRATION_INVALID', fields: ['recognisers[0]'] });
  });

  it('lets only one of two provinces claim the same codes at the same moment', async () => {
    const [one, other] = await Promise.all([state('310000', 'HC:CONTESTED:'), state('520000', 'HC:CONTESTED:')]);
    const outcomes = await Promise.allSettled([adapterOf('310000').register(one.request), adapterOf('520000').register(other.request)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('takes heartbeats of registered provinces, and tells them the time', async () => {
    const answer = await adapterOf('520000').heartbeat({ lastSequence: 9, localSystemReachable: true });
    expect(secondsFromTimestamp(answer.hubTime)).toBe(NOW);
    expect(feeds.snapshot().find(({ issuer }) => issuer === '520000')?.highest).toBe(9);
    expect(registry.findProvince('520000')?.lastHeartbeatAt).toBe(NOW);
    const elsewhere = new LiveRegistry();
    await new RegistryLoader(store, elsewhere).refresh();
    expect(elsewhere.findProvince('520000')?.lastHeartbeatAt).toBe(NOW);
    expect(await refusal(adapterOf('110000').heartbeat({}))).toMatchObject({ reason: 'PROVINCE_NOT_REGISTERED' });
  });

  it('is told only by who follows its local system that what was stated still holds', async () => {
    const confirmedAfter = async (heartbeat: v1.IHeartbeatRequest): Promise<number | undefined> => {
      await adapterOf('310000').heartbeat({ lastSequence: 0, ...heartbeat });
      return feeds.snapshot().find(({ issuer }) => issuer === '310000')?.confirmedAt;
    };
    expect(await confirmedAfter({})).toBe(0);
    expect(await confirmedAfter({ localSystemReachable: true })).toBe(0);
    expect(await confirmedAfter({ localSystemFollowed: true })).toBe(0);
    expect(await confirmedAfter({ localSystemReachable: true, localSystemFollowed: true })).toBe(NOW);
  });

  it('refuses a province that is not admitted', async () => {
    expect(await refusal(adapterOf('stranger').heartbeat({}))).toMatchObject({ code: status.FAILED_PRECONDITION, reason: 'PROVINCE_NOT_ADMITTED' });
  });
});

describe('RegistryStore', () => {
  it('takes from a province at once the codes it may no longer claim', async () => {
    await adapterOf('520000').register((await state('520000', 'HC:GUIZHOU:')).request);
    await store.applyAdmission([{ ...admit('520000'), codePrefixes: ['HC:GUIZHOU:', 'https://gz.example/'] }]);
    await loader.refresh();
    expect(registry.findProvince('520000')?.recognisers).toMatchObject([{ prefix: 'HC:GUIZHOU:' }]);
    await store.applyAdmission([{ ...admit('520000'), codePrefixes: ['https://gz.example/'] }]);
    await loader.refresh();
    expect(registry.findProvince('520000')?.recognisers).toEqual([]);
  });

  it('suspends who is no longer admitted, and keeps the keys', async () => {
    const keysBefore = registry.findKeySet('310000').keys.length;
    await store.applyAdmission([admit('520000', 'suspended'), admit('110000')]);
    await loader.refresh();
    expect(registry.provinces().map(({ code, standing }) => [code, standing])).toEqual([
      ['110000', 'admitted'],
      ['310000', 'suspended'],
      ['520000', 'suspended'],
    ]);
    expect(registry.findKeySet('310000').keys).toHaveLength(keysBefore);
    await store.applyAdmission(ADMITTED);
    await loader.refresh();
  });
});

describe('ListForeignStatements', () => {
  const REFERENCE = `1.${'A'.repeat(43)}`;

  it('answers what others state, asked in the name of the caller', async () => {
    listed.length = 0;
    const { attestations } = await adapterOf('310000').listForeignStatements({ subjectReference: REFERENCE, kind: v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST });
    expect(attestations.map((token) => Buffer.from(token).toString())).toEqual(['a.b.c']);
    await adapterOf('310000').listForeignStatements({ subjectReference: REFERENCE });
    expect(listed).toEqual([[REFERENCE, 'nucleic-acid-test', '310000', NOW], [REFERENCE, 'health-status', '310000', NOW]]);
  });

  it('refuses what is no reference or no kind', async () => {
    const asked = adapterOf('310000').listForeignStatements({ subjectReference: '520199190001010016', kind: 99 as v1.AttestationKind });
    expect(await refusal(asked)).toMatchObject({ reason: 'REQUEST_INVALID', fields: ['subject_reference', 'kind'] });
  });
});

describe('Ledger', () => {
  beforeAll(async () => {
    await database.query(
      `INSERT INTO ledger_entry (index, issuer, sequence, salt, leaf_digest, appended_at)
       SELECT n, '520000', n + 1, decode(repeat('ab', 16), 'hex'), decode(repeat('cd', 32), 'hex'), to_timestamp($1) FROM generate_series(0, 449) n`,
      [NOW + 0.5],
    );
  });

  async function list(request: v1.ListEntriesRequest.$Properties): Promise<readonly number[]> {
    const method = serviceDefinition(v1.Ledger)['ListEntries'];
    if (method === undefined) throw new Error('no method');
    const stream = clients.get('auditor')!.makeServerStreamRequest(method.path, method.requestSerialize, method.responseDeserialize, request);
    const indexes: number[] = [];
    for await (const { entry } of stream as AsyncIterable<v1.ListEntriesResponse>) indexes.push(Number(entry?.index));
    return indexes;
  }

  it('tells its size and the feed of every province, heard of or not', async () => {
    const summary = await ledger().getSummary({});
    expect(summary.size).toBe(450);
    expect(summary.feeds.map(({ issuer, complete }) => [issuer, complete])).toEqual([
      ['110000', true],
      ['310000', true],
      ['520000', false],
    ]);
  });

  it('shows one entry, or says that there is none', async () => {
    const { entry } = await ledger().getEntry({ issuer: '520000', sequence: 7 });
    expect(entry).toMatchObject({ index: 6, sequence: 7, appendedAt: { seconds: NOW, nanos: 500_000_000 } });
    expect(await refusal(ledger().getEntry({ issuer: '520000', sequence: 451 }))).toMatchObject({ code: status.NOT_FOUND, reason: 'LEDGER_ENTRY_NOT_FOUND' });
    expect(await refusal(ledger().getEntry({}))).toMatchObject({ reason: 'LEDGER_ENTRY_NOT_FOUND' });
  });

  it('streams a range in order, and no more than asked for', async () => {
    expect(await list({})).toEqual(Array.from({ length: 450 }, (_, index) => index));
    expect(await list({ fromIndex: 190, limit: 20 })).toEqual(Array.from({ length: 20 }, (_, index) => 190 + index));
    expect(await list({ fromIndex: 450 })).toEqual([]);
    expect((await refusal(list({ limit: 10_001 }))).reason).toBe('REQUEST_INVALID');
  });

  it('publishes every rule of a province, with the facts it looks at', async () => {
    const { request } = await state('110000', 'HC:11:rules:');
    const citing = { id: '110000-travel', version: '2', title: '风险地区旅居史', facts: [v1.CitedFact.CITED_FACT_REGIONAL_RISK_LEVEL] };
    await adapterOf('110000').register({ ...request, rules: [...(request.rules ?? []), citing] });
    const { provinces } = await ledger().listProvinces({});
    expect(provinces.find(({ code }) => code === '110000')?.rules).toMatchObject([{ id: '110000-conversion', version: '1', title: '转码规则', facts: [] }, citing]);
  });

  it('publishes the keys of every province, former ones included, and nothing private', async () => {
    const { provinces } = await ledger().listProvinces({});
    expect(provinces.map(({ code, slug, name }) => [code, slug, name])).toContainEqual(['520000', 'guizhou', '贵州']);
    for (const { code, jwks } of provinces) {
      const { keys } = JSON.parse(jwks ?? '') as { keys: readonly { readonly d?: string; readonly kid?: string }[] };
      expect(keys).toEqual(registry.findKeySet(code ?? '').keys);
      expect(keys.every((key) => key.d === undefined && key.kid !== undefined)).toBe(true);
    }
  });
});
