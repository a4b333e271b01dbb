import { Metadata, status, type Client, type ServiceError } from '@grpc/grpc-js';
import { createPossessionProof, generateProvinceKey, importSigningKey, parseProvinceCode, type GeneratedProvinceKey } from '@health-code/attestation';
import { unaryTransport, v1 } from '@health-code/messages';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll } from 'vitest';
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

/** Seconds since the epoch, for the services of the scene. */
export const NOW = 1_800_000_000;
const CODES = ['520000', '110000', '310000'] as const;
type Code = (typeof CODES)[number];

/** A line of the admission file. */
export const admit = (code: Code, standing: AdmittedProvince['standing'] = 'admitted'): AdmittedProvince => ({
  code: parseProvinceCode(code),
  standing,
});
/** Founding members of the scene. */
export const ADMITTED = [admit('520000'), admit('110000'), admit('310000')];

/** What governance adds to the service in a whole hub. */
const withoutKeyEntries = (ledger: LedgerService): GrpcService => ({ definition: ledger.definition, handlers: { ...ledger.handlers, ListKeyEntries: () => undefined } });

let testDatabase: TestDatabase;
/** Of this scene alone. */
export let database: DataSource;
/** Over the scene's database. */
export let store: RegistryStore;
/** Keeps {@link registry} equal to {@link store}. */
export let loader: RegistryLoader;
/** One for each caller, known without a certificate. */
export const clients = new Map<Code | 'auditor' | 'stranger', Client>();
const open: (() => Promise<void>)[] = [];
/** What the services have in memory. */
export const registry = new LiveRegistry();
/** What is known of feeds. */
export const feeds = new FeedState();
/** What foreign statements were asked for. */
export const listed: unknown[] = [];

/** Opens the scene before the tests of a file, and closes it after them. */
export function useAdapterScene(): void {
  beforeAll(openScene);
  afterAll(closeScene);
}

async function openScene(): Promise<void> {
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
}

async function closeScene(): Promise<void> {
  await Promise.all(open.map((stop) => stop()));
  await database.destroy();
  await testDatabase.drop();
}

const transport = (name: Code | 'auditor' | 'stranger') => unaryTransport(clients.get(name)!, { timeoutMs: 5000, metadata: new Metadata() });
/** The service as a province calls it. */
export const adapterOf = (code: Code | 'stranger'): v1.Adapter => v1.Adapter.create(transport(code));
/** The service as an auditor calls it. */
export const ledger = (): v1.Ledger => v1.Ledger.create(transport('auditor'));

/** A registration and the keys in it. */
export interface Stated {
  readonly signing: GeneratedProvinceKey;
  readonly sealing: GeneratedProvinceKey;
  readonly request: v1.RegisterRequest.$Properties;
}

/** What a province states, with keys that were accepted before or are yet to be. */
export async function state(code: Code, prefix: string, { accepted = true } = {}): Promise<Stated> {
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

/** Accepts keys as if they had been submitted. */
export async function accept(code: Code, ...generated: readonly GeneratedProvinceKey[]): Promise<void> {
  const keys = generated.map(({ publicJwk }): CheckedKey => ({ kid: publicJwk.kid ?? '', use: publicJwk.use === 'enc' ? 'enc' : 'sig', jwk: JSON.stringify(publicJwk) }));
  const members = new MembershipStore(database, new EventLogStore(database));
  await members.change((change) => members.acceptKeys(change, { province: parseProvinceCode(code), keys, acceptedBy: 'a test', actor: 'hub', detail: '' }));
}

/** How a call was refused; throws for one that was accepted. */
export async function refusal(call: Promise<unknown>): Promise<{ readonly code: status; readonly reason: string; readonly fields: readonly string[] }> {
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

