import { createPossessionProof, generateProvinceKey, importSigningKey, parseProvinceCode, type GeneratedProvinceKey } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import { EventLogStore } from '../joining/event-log.store.js';
import { MembershipStore } from '../joining/membership.store.js';
import { openDatabase } from '../platform/database.js';
import { createLogger } from '../platform/logger.js';
import { registerProvince, type RegisteringProvince } from './register-province.js';
import { RegistryStore } from './registry.store.js';

const NOW = Math.floor(Date.now() / 1000);
const GUIZHOU: RegisteringProvince = { code: parseProvinceCode('520000'), actor: 'spiffe://health-code.internal/province/520000' };
const BEIJING: RegisteringProvince = { code: parseProvinceCode('110000'), actor: 'spiffe://health-code.internal/province/110000' };

let testDatabase: TestDatabase;
let database: DataSource;
let members: MembershipStore;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.url, createLogger('silent'));
  members = new MembershipStore(database, new EventLogStore(database));
  await new RegistryStore(database).applyAdmission([GUIZHOU, BEIJING].map(({ code }) => ({ code, standing: 'admitted' })));
});

afterAll(async () => {
  await database.destroy();
  await testDatabase.drop();
});

async function register(province: RegisteringProvince, signing: GeneratedProvinceKey, sealing: GeneratedProvinceKey, prefix: string): Promise<unknown> {
  const proof = await createPossessionProof(await importSigningKey(signing.privateJwk), province.code);
  const request: v1.RegisterRequest.$Properties = {
    mode: v1.RecognitionMode.RECOGNITION_MODE_DIRECT,
    keys: [
      { jwk: JSON.stringify(signing.publicJwk), use: v1.KeyUse.KEY_USE_SIGNATURE, proof },
      { jwk: JSON.stringify(sealing.publicJwk), use: v1.KeyUse.KEY_USE_ENCRYPTION },
    ],
    recognisers: [{ prefix, infix: '', minLength: 20, maxLength: 100 }],
    rules: [],
    adapterVersion: '1.0.0',
  };
  return registerProvince(province, request, NOW, new RegistryStore(database));
}

const makeKeys = () => Promise.all([generateProvinceKey('sig'), generateProvinceKey('enc')]);

describe('a registration', () => {
  it('states keys for the use they were accepted for', async () => {
    const [signing, sealing] = await makeKeys();
    const kid = signing.publicJwk.kid ?? '';
    const accept = (key: GeneratedProvinceKey, use: 'sig' | 'enc') => ({ kid: key.publicJwk.kid ?? '', use, jwk: JSON.stringify(key.publicJwk) });
    await members.change((change) =>
      members.acceptKeys(change, { province: GUIZHOU.code, actor: GUIZHOU.actor, detail: '', acceptedBy: 'a test', keys: [accept(signing, 'enc'), accept(sealing, 'enc')] }),
    );
    await expect(register(GUIZHOU, signing, sealing, 'HC:GUIZHOU:')).rejects.toMatchObject({ code: 'KEY_NOT_ACCEPTED', fieldViolations: [{ field: 'keys[0]' }] });
    await database.query(`UPDATE accepted_key SET use = 'sig' WHERE kid = $1`, [kid]);
    await register(GUIZHOU, signing, sealing, 'HC:GUIZHOU:');
  });

  it('of a province that left through another replica is refused, and leaves no key behind', async () => {
    const [signing, sealing] = await makeKeys();
    await members.change((change) => members.move(change, 'leave', { province: BEIJING.code, actor: BEIJING.actor, detail: '' }));
    await expect(register(BEIJING, signing, sealing, 'HC:BEIJING:')).rejects.toMatchObject({ code: 'MEMBERSHIP_STATE_INVALID' });
    expect(await database.query('SELECT kid FROM accepted_key WHERE province = $1', [BEIJING.code])).toEqual([]);
  });
});
