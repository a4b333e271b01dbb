import { generateProvinceKey, parseProvinceCode } from '@health-code/attestation';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import { openDatabase } from '../platform/database.js';
import { createLogger } from '../platform/logger.js';
import { CertificateStore } from './certificate.store.js';
import type { CheckedKey } from './check-key.js';
import { CredentialStore, MAX_IN_FORCE } from './credential.store.js';
import { EVENTS_PER_DAY, EventLogStore } from './event-log.store.js';
import type { CallingMember } from './member-governance.js';
import { MAX_ACCEPTED_KEYS, MembershipStore } from './membership.store.js';

const NOW = Math.floor(Date.now() / 1000);
const memberOf = (code: string): CallingMember => ({ province: parseProvinceCode(code), actor: `spiffe://health-code.internal/province/${code}` });
const [GUIZHOU, BEIJING] = [memberOf('520000'), memberOf('110000')];

let testDatabase: TestDatabase;
let database: DataSource;
let events: EventLogStore;
let members: MembershipStore;
let credentials: CredentialStore;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.url, createLogger('silent'));
  events = new EventLogStore(database);
  members = new MembershipStore(database, events);
  credentials = new CredentialStore(database, members, new CertificateStore(database, events), events);
});

afterAll(async () => {
  await database.destroy();
  await testDatabase.drop();
});

beforeEach(async () => {
  await database.query(`
    DELETE FROM membership_event;
    DELETE FROM nats_user;
    DELETE FROM accepted_key;
    DELETE FROM member_certificate;
    DELETE FROM member;
    INSERT INTO member (province, state, state_since, origin, organisation)
      SELECT code, 'admitted', now(), 'joined', '91330106MA27Y4U47R' FROM (VALUES ('520000'), ('110000')) AS joined (code)`);
});

const issueUser = (member: CallingMember, publicKey: string) => credentials.saveNatsUser(member, publicKey, () => Promise.resolve({ publicKey, jwt: 'a.b.c', expiresAt: NOW + 60 }), NOW);

describe('NATS users of a member', () => {
  it('are renewed when there is no room for another', async () => {
    for (let count = 0; count < MAX_IN_FORCE.natsUsers; count += 1) await issueUser(GUIZHOU, `U${String(count)}`);
    await expect(issueUser(GUIZHOU, 'UNEW')).rejects.toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    expect(await issueUser(GUIZHOU, 'U7')).toMatchObject({ publicKey: 'U7' });
  });

  it('have keys of their own', async () => {
    await issueUser(GUIZHOU, 'USAME');
    await expect(issueUser(BEIJING, 'USAME')).rejects.toMatchObject({ code: 'KEY_NOT_ACCEPTED' });
    await database.query('UPDATE nats_user SET expires_at = to_timestamp($1)', [NOW]);
    expect(await issueUser(BEIJING, 'USAME')).toMatchObject({ publicKey: 'USAME' });
  });
});

describe('accepted keys of a member', () => {
  const makeKeys = (count: number): Promise<readonly CheckedKey[]> =>
    Promise.all(Array.from({ length: count }, async (): Promise<CheckedKey> => {
      const { publicJwk } = await generateProvinceKey('sig');
      return { kid: publicJwk.kid ?? '', use: 'sig', jwk: JSON.stringify(publicJwk) };
    }));
  const accept = (keys: readonly CheckedKey[]): Promise<void> => members.change((change) => members.acceptKeys(change, { ...GUIZHOU, keys, acceptedBy: 'a test', detail: '' }));

  it('are bounded, and make room when one ends', async () => {
    const keys = await makeKeys(MAX_ACCEPTED_KEYS);
    await accept(keys);
    const more = await makeKeys(1);
    await expect(accept(more)).rejects.toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    expect(await credentials.listAcceptedJwks(GUIZHOU.province)).toHaveLength(MAX_ACCEPTED_KEYS);
    await members.change((change) => members.endKey(change, keys[0]?.kid ?? ''));
    await accept(more);
  });

  it('are nobody else’s when they are accepted, which may be days after they were looked at', async () => {
    const [certified, foreign, given] = await makeKeys(3);
    if (certified === undefined || foreign === undefined || given === undefined) throw new Error('no keys');
    await database.query(
      `INSERT INTO member_certificate (fingerprint, province, role, serial, key_thumbprint, issued_at, expires_at) VALUES (repeat('a', 64), '520000', 'province', '01', $1, now(), now() + interval '1 day')`,
      [certified.kid],
    );
    await members.change((change) => members.acceptKeys(change, { ...BEIJING, keys: [foreign], acceptedBy: 'a test', detail: '' }));
    await accept([given]);
    await members.change((change) => members.endKey(change, given.kid));
    for (const key of [certified, foreign, given]) await expect(accept([key])).rejects.toMatchObject({ code: 'KEY_NOT_ACCEPTED' });
  });

  it('are accepted for one use', async () => {
    const [key] = await makeKeys(1);
    if (key === undefined) throw new Error('no key');
    await accept([key]);
    await expect(accept([{ ...key, use: 'enc' }])).rejects.toMatchObject({ code: 'KEY_NOT_ACCEPTED' });
  });
});

describe('what a member can do again and again', () => {
  it.each([...EVENTS_PER_DAY])('%s is written down %i times in a day, by one actor', async (name, most) => {
    await database.query(
      `INSERT INTO membership_event (province, at, name, actor, detail) SELECT '520000', now() - interval '1 hour', $1, $2, '' FROM generate_series(2, $3::int)`,
      [name, GUIZHOU.actor, most],
    );
    const append = (actor: string): Promise<void> => members.change((change) => events.append(change, { province: '520000', name, actor, detail: '' }));
    await append(GUIZHOU.actor);
    await expect(append(GUIZHOU.actor)).rejects.toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
    await append('spiffe://health-code.internal/operator/a');
  });
});
