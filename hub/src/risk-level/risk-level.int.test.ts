import { Metadata, status, type Client, type ServiceError } from '@grpc/grpc-js';
import { parseProvinceCode } from '@health-code/attestation';
import { unaryTransport, v1 } from '@health-code/messages';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import { checkpointCaller, provinceCaller, serveAs } from '../identity/certificates.fixture.js';
import { FeedState } from '../ingest/feed-state.js';
import { LedgerService } from '../ledger/ledger.grpc.js';
import { LedgerStore } from '../ledger/ledger.store.js';
import { openDatabase } from '../platform/database.js';
import type { GrpcService } from '../platform/grpc-handlers.js';
import { createLogger } from '../platform/logger.js';
import { decodeRichError } from '../platform/rich-error.js';
import { AdapterService } from '../registry/adapter.grpc.js';
import type { AdmittedProvince } from '../registry/admission.js';
import { RegistryLoader } from '../registry/registry-loader.js';
import { LiveRegistry } from '../registry/registry.js';
import { RegistryStore } from '../registry/registry.store.js';
import { RiskLevelStore } from './risk-level.store.js';

const TODAY = '2022-03-10';
const NOW = Date.parse(`${TODAY}T12:00:00+08:00`) / 1000;
const AUTHORITY = '91330106MA27Y4U47R';
const { RISK_GRADE_LOW: LOW, RISK_GRADE_MEDIUM: MEDIUM, RISK_GRADE_HIGH: HIGH } = v1.RiskGrade;

const admit = (code: string): AdmittedProvince => ({ code: parseProvinceCode(code), standing: 'admitted' });
const ADMITTED = [admit('130000'), admit('650000'), admit('660000')];

/** What governance adds to the service in a whole hub. */
const withoutKeyEntries = (ledger: LedgerService): GrpcService => ({ definition: ledger.definition, handlers: { ...ledger.handlers, ListKeyEntries: () => undefined } });

let testDatabase: TestDatabase;
let database: DataSource;
let store: RiskLevelStore;
const clients = new Map<string, Client>();
const open: (() => Promise<void>)[] = [];
let clock = NOW;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.url, createLogger('silent'));
  const registryStore = new RegistryStore(database);
  await registryStore.applyAdmission(ADMITTED);
  store = new RiskLevelStore(database);
  const [registry, feeds] = [new LiveRegistry(), new FeedState()];
  await new RegistryLoader(registryStore, registry).refresh();
  const services = [
    new AdapterService({
      store: registryStore, registry, refresh: () => Promise.resolve(), feeds, statements: { list: () => Promise.resolve([]) }, riskLevels: store, now: () => clock,
    }),
    withoutKeyEntries(new LedgerService(new LedgerStore(database), feeds, registry, store, '{}')),
  ];
  const callers = [...['130000', '650000', '660000', '440000'].map((code) => [code, provinceCaller(code)] as const), ['checkpoint', checkpointCaller('440000')] as const];
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
beforeEach(async () => {
  clock = NOW;
  await database.query('ALTER TABLE risk_level DISABLE TRIGGER append_only; TRUNCATE risk_level; ALTER TABLE risk_level ENABLE TRIGGER append_only');
});

const transport = (name: string) => unaryTransport(clients.get(name)!, { timeoutMs: 5000, metadata: new Metadata() });
const adapterOf = (code: string): v1.Adapter => v1.Adapter.create(transport(code));

const level = (region: string, grade: v1.RiskGrade, effectiveFrom = TODAY): v1.RiskLevel.$Properties => ({ region, grade, effectiveFrom, authority: AUTHORITY });
const state = async (...levels: readonly v1.RiskLevel.$Properties[]): Promise<number> => (await adapterOf('130000').stateRiskLevels({ levels: [...levels] })).added;
const list = async (request: v1.IListRiskLevelsRequest = {}): Promise<readonly v1.RiskLevel.$Properties[]> =>
  // A device of any province may read them.
  (await v1.Ledger.create(transport('checkpoint')).listRiskLevels(request)).levels;

async function refusal(call: Promise<unknown>): Promise<{ readonly code: status; readonly reason: string; readonly fields: readonly string[] }> {
  try {
    await call;
  } catch (error) {
    const { code, metadata } = error as ServiceError;
    const { reason, fieldViolations } = decodeRichError(metadata.get('grpc-status-details-bin')[0] as Buffer);
    return { code, reason, fields: fieldViolations.map(({ field }) => field) };
  }
  throw new Error('accepted');
}

describe('StateRiskLevels and ListRiskLevels', () => {
  it('keep who stated it and when, and tell everybody', async () => {
    expect(await state(level('130102', HIGH))).toBe(1);
    expect(await list()).toMatchObject([
      { region: '130102', grade: HIGH, effectiveFrom: TODAY, authority: AUTHORITY, statedBy: '130000', statedAt: { seconds: NOW } },
    ]);
  });

  it('add nothing when the same is said again, and count what is new', async () => {
    await state(level('130102', HIGH));
    clock = NOW + 60;
    expect(await state(level('130102', HIGH), level('130104', MEDIUM))).toBe(1);
    expect((await list()).map(({ region }) => region)).toEqual(['130102', '130104']);
  });

  it('keep both of two statements about one region and day, the one that stands last', async () => {
    for (const grade of [HIGH, LOW, HIGH]) expect(await state(level('130102', grade))).toBe(1);
    expect((await list()).map(({ grade }) => grade)).toEqual([HIGH, LOW, HIGH]);
  });

  it('give the order in which statements take effect, then that of being stated', async () => {
    await state(level('130105', LOW, '2022-03-12'), level('130104', LOW, TODAY));
    await state(level('130102', LOW, '2022-03-09'), level('130103', LOW, '2022-03-12'));
    expect((await list()).map(({ region }) => region)).toEqual(['130102', '130104', '130105', '130103']);
    expect((await list({ after: TODAY })).map(({ region }) => region)).toEqual(['130105', '130103']);
    expect((await list({ region: '130103' })).map(({ region }) => region)).toEqual(['130103']);
  });

  it('take a fact once, also when a province says it twice at the same moment', async () => {
    const added = await Promise.all(Array.from({ length: 8 }, () => state(level('130102', HIGH), level('130104', HIGH))));
    expect(added.reduce((sum, count) => sum + count)).toBe(2);
    expect(await list()).toHaveLength(2);
  });

  it('let the Corps state its own cities, and Xinjiang not', async () => {
    const levels = [level('659001', MEDIUM)];
    expect(await adapterOf('660000').stateRiskLevels({ levels })).toMatchObject({ added: 1 });
    expect(await refusal(adapterOf('650000').stateRiskLevels({ levels }))).toEqual({ code: status.INVALID_ARGUMENT, reason: 'REQUEST_INVALID', fields: ['levels[0].region'] });
  });

  it('keep nothing of a call with one bad level', async () => {
    expect(await refusal(state(level('130102', HIGH), level('110105', HIGH)))).toMatchObject({ reason: 'REQUEST_INVALID', fields: ['levels[1].region'] });
    expect(await list()).toEqual([]);
  });

  it('take nothing from a province that is not admitted', async () => {
    expect(await refusal(adapterOf('440000').stateRiskLevels({ levels: [level('130102', HIGH)] }))).toMatchObject({ code: status.FAILED_PRECONDITION, reason: 'PROVINCE_NOT_ADMITTED' });
  });

  it('take a thousand statements of one province for one day, in one answer, and not one more', async () => {
    const regions = Array.from({ length: 1000 }, (_, position) => String(130_101 + Math.floor(position / 99) * 100 + (position % 99)));
    expect(await state(...regions.map((region) => level(region, LOW)))).toBe(1000);
    expect(await state(...regions.map((region) => level(region, LOW)))).toBe(0);
    expect(await refusal(state(level('130102', HIGH, '2022-03-11'), level('130102', HIGH)))).toMatchObject({ code: status.RESOURCE_EXHAUSTED, reason: 'RISK_LEVELS_TOO_MANY' });
    expect(await list()).toHaveLength(1000);
    expect(await state(level('130102', HIGH, '2022-03-11'))).toBe(1);
  });

  it('name every field of a question that cannot be understood', async () => {
    expect(await refusal(list({ region: '13', after: 'today' }))).toEqual({ code: status.INVALID_ARGUMENT, reason: 'REQUEST_INVALID', fields: ['region', 'after'] });
  });
});

describe('risk_level', () => {
  it.each(["UPDATE risk_level SET grade = 'low'", 'DELETE FROM risk_level', 'TRUNCATE risk_level'])('refuses %s', async (statement) => {
    await state(level('130102', HIGH));
    await expect(database.query(statement)).rejects.toMatchObject({ driverError: { code: '23001' } });
    expect(await list()).toHaveLength(1);
  });
});
