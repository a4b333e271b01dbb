import { createPossessionProof, generateProvinceKey, importSigningKey, parseProvinceCode } from '@health-code/attestation';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import { openDatabase } from '../platform/database.js';
import { createLogger } from '../platform/logger.js';
import { Registry1700000000001 } from '../platform/migrations/0001-registry.js';
import { Ledger1700000000002 } from '../platform/migrations/0002-ledger.js';
import { KeyRetirement1700000000003 } from '../platform/migrations/0003-key-retirement.js';
import { CitedFacts1700000000004 } from '../platform/migrations/0004-cited-facts.js';
import { RiskLevel1700000000005 } from '../platform/migrations/0005-risk-level.js';
import { ConversionRetention1700000000006 } from '../platform/migrations/0006-conversion-retention.js';
import { RegistryLoader } from '../registry/registry-loader.js';
import { LiveRegistry } from '../registry/registry.js';
import { RegistryStore } from '../registry/registry.store.js';
import { registerProvince } from '../registry/register-province.js';
import type { AdmittedProvince } from '../registry/admission.js';
import { EventLogStore } from './event-log.store.js';
import type { LiveMember } from './live-members.js';
import { MembershipStore } from './membership.store.js';
import { v1 } from '@health-code/messages';

const [GUIZHOU, BEIJING, SHANGHAI] = [parseProvinceCode('520000'), parseProvinceCode('110000'), parseProvinceCode('310000')];
const ACTOR = 'spiffe://health-code.internal/province/520000';
const NOW = 1_800_000_000;

let testDatabase: TestDatabase;
let database: DataSource;
let registry: RegistryStore;
let members: MembershipStore;

const open = async (): Promise<void> => {
  database = await openDatabase(testDatabase.url, createLogger('silent'));
  registry = new RegistryStore(database);
  members = new MembershipStore(database, new EventLogStore(database));
};

beforeEach(async () => {
  testDatabase = await createTestDatabase();
});

afterEach(async () => {
  await database.destroy();
  await testDatabase.drop();
});

const admit = (code: typeof GUIZHOU, standing: AdmittedProvince['standing'] = 'admitted'): AdmittedProvince => ({ code, standing });
const states = async (): Promise<Record<string, string>> => Object.fromEntries((await members.readContent()).members.map(({ code, state }) => [code, state]));
const find = async (code: string): Promise<LiveMember | undefined> => (await members.readContent()).members.find((member) => member.code === code);
const act = (province: typeof GUIZHOU) => ({ province, actor: 'spiffe://health-code.internal/operator/a', detail: '' });

describe('founding members', () => {
  beforeEach(open);

  it('are members from the first start, with 30 days to earn a badge', async () => {
    await registry.applyAdmission([admit(GUIZHOU), admit(BEIJING, 'suspended')]);
    expect(await states()).toEqual({ '520000': 'admitted', '110000': 'suspended' });
    const guizhou = await find('520000');
    expect(guizhou).toMatchObject({ origin: 'founding', acceptedKeys: [] });
    expect((guizhou?.badgeDueAt ?? 0) - Date.now() / 1000).toBeGreaterThan(29.9 * 86_400);
  });

  it('are what the list says when it changes, and stay what operators made of them when it does not', async () => {
    await registry.applyAdmission([admit(GUIZHOU), admit(BEIJING)]);
    await members.change((change) => members.suspendProvince(change, act(GUIZHOU)));
    await registry.applyAdmission([admit(GUIZHOU), admit(BEIJING)]);
    expect(await states()).toEqual({ '520000': 'suspended', '110000': 'admitted' });
    await registry.applyAdmission([admit(GUIZHOU, 'suspended'), admit(BEIJING, 'suspended')]);
    await registry.applyAdmission([admit(GUIZHOU), admit(BEIJING, 'suspended')]);
    expect(await states()).toEqual({ '520000': 'admitted', '110000': 'suspended' });
  });

  it('are suspended when the list names them no more, and a list that names nobody says nothing', async () => {
    await registry.applyAdmission([admit(GUIZHOU), admit(BEIJING)]);
    await registry.applyAdmission([]);
    expect(await states()).toEqual({ '520000': 'admitted', '110000': 'admitted' });
    await registry.applyAdmission([admit(BEIJING)]);
    expect(await states()).toEqual({ '520000': 'suspended', '110000': 'admitted' });
  });

  it('do not come back by the list once they left, and who applied is not its business', async () => {
    await registry.applyAdmission([admit(GUIZHOU)]);
    await members.change((change) => members.move(change, 'leave', act(GUIZHOU)));
    await database.query(`INSERT INTO member (province, state, state_since, origin, organisation) VALUES ('110000', 'applied', now(), 'joined', '91330106MA27Y4U47R')`);
    await registry.applyAdmission([admit(GUIZHOU), admit(BEIJING)]);
    await registry.applyAdmission([admit(SHANGHAI)]);
    expect(await states()).toEqual({ '520000': 'left', '110000': 'applied', '310000': 'admitted' });
  });

  it('that left are known to the registry for what they signed, and no longer speak', async () => {
    await registry.applyAdmission([admit(GUIZHOU)]);
    await members.change((change) => members.move(change, 'leave', act(GUIZHOU)));
    const live = new LiveRegistry();
    await new RegistryLoader(registry, live).refresh();
    expect(live.provinces()).toMatchObject([{ code: '520000', standing: 'left' }]);
    expect(live.findProvince('520000')).toBeUndefined();
  });
});

describe('a database from before provinces applied', () => {
  it('keeps its provinces as members, with the keys they have in use', async () => {
    const before = new DataSource({
      type: 'postgres',
      url: testDatabase.url,
      migrations: [Registry1700000000001, Ledger1700000000002, KeyRetirement1700000000003, CitedFacts1700000000004, RiskLevel1700000000005, ConversionRetention1700000000006],
      migrationsTableName: 'schema_migration',
    });
    await before.initialize();
    await before.runMigrations();
    const [signing, sealing, former] = await Promise.all([generateProvinceKey('sig'), generateProvinceKey('enc'), generateProvinceKey('sig')]);
    await before.query(
      `INSERT INTO province (code, slug, standing, mode, adapter_version, registered_at)
       VALUES ('520000', 'guizhou', 'admitted', 'direct', '0.1.0', now()), ('110000', 'beijing', 'suspended', null, null, null)`,
    );
    for (const [key, retired] of [[signing, null], [sealing, null], [former, new Date()]] as const) {
      await before.query(`INSERT INTO province_key (kid, province, use, jwk, registered_at, stated_at, retired_at) VALUES ($1, '520000', $2, $3, now(), now(), $4)`, [
        key.publicJwk.kid,
        key.publicJwk.use,
        key.publicJwk,
        retired,
      ]);
    }
    await before.destroy();

    await open();
    await registry.applyAdmission([admit(GUIZHOU)]);
    expect(await states()).toEqual({ '520000': 'admitted', '110000': 'suspended' });
    const guizhou = await find('520000');
    expect(guizhou?.adapterVersion).toBe('0.1.0');
    expect(guizhou?.badgeDueAt).toBeGreaterThan(Date.now() / 1000);
    expect(guizhou?.acceptedKeys.map(({ kid }) => kid).sort()).toEqual([signing.publicJwk.kid, sealing.publicJwk.kid].sort());

    const proof = await createPossessionProof(await importSigningKey(signing.privateJwk), GUIZHOU);
    const request: v1.RegisterRequest.$Properties = {
      mode: v1.RecognitionMode.RECOGNITION_MODE_DIRECT,
      keys: [
        { jwk: JSON.stringify(signing.publicJwk), use: v1.KeyUse.KEY_USE_SIGNATURE, proof },
        { jwk: JSON.stringify(sealing.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION },
      ],
      rules: [{ id: '520000-direct', version: '1', title: '国家码直接使用' }],
    };
    expect(await registerProvince({ code: GUIZHOU, actor: ACTOR }, request, NOW, registry)).toMatchObject({ protocolVersion: 1 });
    const [next, nextSealing] = await Promise.all([generateProvinceKey('sig'), generateProvinceKey('enc')]);
    const nextProof = await createPossessionProof(await importSigningKey(next.privateJwk), GUIZHOU);
    const unknown = [
      { jwk: JSON.stringify(next.publicJwk), use: v1.KeyUse.KEY_USE_SIGNATURE, proof: nextProof },
      { jwk: JSON.stringify(nextSealing.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION },
    ];
    await expect(registerProvince({ code: GUIZHOU, actor: ACTOR }, { ...request, keys: unknown }, NOW, registry)).rejects.toMatchObject({ code: 'KEY_NOT_ACCEPTED' });
  });
});

describe('membership_event', () => {
  beforeEach(open);

  it('keeps what was written, and at most 20 refusals of one name and province in an hour', async () => {
    const events = new EventLogStore(database);
    const refusal = { province: '520000', name: 'keys.refused', actor: ACTOR, detail: 'x'.repeat(600) } as const;
    await Promise.all(Array.from({ length: 30 }, () => events.recordRefusal(refusal)));
    await events.recordRefusal({ ...refusal, province: '110000' });
    const listed = await events.list(0, 100);
    expect(listed).toHaveLength(21);
    expect(listed.map(({ id }) => id)).toEqual([...listed.map(({ id }) => id)].sort((one, other) => one - other));
    expect(listed[0]?.detail).toHaveLength(500);
    await expect(database.query(`UPDATE membership_event SET detail = ''`)).rejects.toThrow('append-only');
  });
});
