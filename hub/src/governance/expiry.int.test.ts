import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import { EventLogStore } from '../joining/event-log.store.js';
import { MembershipStore } from '../joining/membership.store.js';
import { openDatabase } from '../platform/database.js';
import { createLogger } from '../platform/logger.js';
import { ActionStore } from './action.store.js';
import { ExpirySchedule } from './expiry.schedule.js';
import { ExpiryStore } from './expiry.store.js';

const GUIZHOU = '520000';
const DAY = 86_400;

let testDatabase: TestDatabase;
let database: DataSource;
let store: ExpiryStore;
/** Seconds since the epoch. */
let now: number;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.url, createLogger('silent'));
  store = new ExpiryStore(database, new EventLogStore(database));
  now = Math.floor(Date.now() / 1000);
  await database.query(`INSERT INTO member (province, state, state_since, origin, organisation) VALUES
    ($1, 'admitted', now(), 'joined', '91330106MA27Y4U47R'), ('510000', 'left', now(), 'joined', '91330106MA27Y4U47R')`, [GUIZHOU]);
});

afterEach(async () => {
  await database.destroy();
  await testDatabase.drop();
});

const addCertificate = (serial: string, days: number, role = 'province', province = GUIZHOU): Promise<unknown> =>
  database.query(
    `INSERT INTO member_certificate (fingerprint, province, role, device, serial, key_thumbprint, issued_at, expires_at)
     VALUES (md5($1) || md5($1), $2, $3, CASE $3 WHEN 'checkpoint' THEN $1 END, $1, $1, now(), to_timestamp($4))`,
    [serial, province, role, now + days * DAY],
  );
const addKey = (kid: string, use: string, days?: number): Promise<unknown> =>
  database.query(`INSERT INTO accepted_key (kid, province, use, jwk, accepted_at, accepted_by) VALUES ($1, $2, $3, $4, now(), 'first submission')`, [
    kid, GUIZHOU, use, JSON.stringify({ kid, ...(days === undefined ? {} : { exp: now + days * DAY }) }),
  ]);
const addUser = (days: number): Promise<unknown> =>
  database.query(
    `INSERT INTO nats_user VALUES ('UA', $1, now(), to_timestamp($2)) ON CONFLICT (province, public_key) DO UPDATE SET expires_at = excluded.expires_at`,
    [GUIZHOU, now + days * DAY],
  );
const actions = (): ActionStore => {
  const events = new EventLogStore(database);
  return new ActionStore(database, events, new MembershipStore(database, events));
};
const schedule = (): ExpirySchedule =>
  new ExpirySchedule({ list: () => store.list(), record: (notices) => store.record(notices), expireActions: (at) => actions().expire(at), logger: { info: () => undefined, warn: () => undefined }, now: () => now });
const told = async (): Promise<readonly string[]> =>
  (await database.query<{ detail: string }[]>(`SELECT detail FROM membership_event WHERE name = 'expiry.due' ORDER BY id`)).map(({ detail }) => detail.split(':', 1)[0] ?? '');

describe('the expiry calendar', () => {
  it('lists what ends of members that have not left, soonest first, and of renewed things the last one', async () => {
    await Promise.all([addCertificate('s1', 20), addCertificate('s2', 80), addCertificate('s3', 1, 'province', '510000'), addKey('k1', 'sig', 40), addKey('k2', 'enc', 50), addKey('k3', 'sig'), addUser(10)]);
    await database.query(
      `INSERT INTO conformance_badge (province, token, adapter_version, protocol_version, suite_version, report_sha256, issued_at, expires_at)
       VALUES ($1, 'a', '1', 1, '1', repeat('0', 64), now(), to_timestamp($2)), ($1, 'b', '1', 1, '1', repeat('0', 64), now(), to_timestamp($3))`,
      [GUIZHOU, now + DAY, now + 90 * DAY],
    );
    await database.query(
      `INSERT INTO recognition_policy VALUES ('p', 1, $1, '{110000}', 'r', now(), to_timestamp($2), 'proposed', NULL, 'a', now()), ('p', 2, $1, '{110000}', 'r', now(), to_timestamp($2), 'approved', 'o', 'o', now()),
         ('q', 1, $1, '{110000}', 'r', now(), to_timestamp($2), 'proposed', NULL, 'a', now())`,
      [GUIZHOU, now + 30 * DAY],
    );
    expect((await store.list()).map(({ kind, id, expiresAt }) => [kind, id === 'p' ? id : id.slice(0, 2), (expiresAt - now) / DAY])).toEqual([
      ['nats-user', 'UA', 10], ['agreement', 'p', 30], ['signing-key', 'k1', 40], ['encryption-key', 'k2', 50], ['certificate', 's2', 80], ['badge', '2', 90],
    ]);
    await database.query('UPDATE accepted_key SET ended_at = now() WHERE kid = $1', ['k1']);
    await database.query('UPDATE member_certificate SET revoked_at = now() WHERE serial = $1', ['s2']);
    expect((await store.list()).filter(({ kind }) => kind === 'certificate' || kind === 'signing-key').map(({ id }) => id)).toEqual(['s1']);
  });

  it('shows a province its checkpoints, and operators those of nobody', async () => {
    await database.query(`INSERT INTO checkpoint_device VALUES ('gate', $1, now(), to_timestamp($2), NULL), ('old', $1, now(), to_timestamp($2), now())`, [GUIZHOU, now + DAY]);
    expect(await store.listOf(GUIZHOU)).toEqual([{ province: GUIZHOU, kind: 'checkpoint-certificate', id: 'gate', expiresAt: now + DAY }]);
    expect(await store.listOf('510000')).toEqual([]);
    expect(await store.list()).toEqual([]);
  });

  it('writes each step down once, by two replicas at once and after restarts', async () => {
    await addCertificate('s1', 31);
    await Promise.all([schedule().look(), schedule().look()]);
    expect(await told()).toEqual([]);
    for (let day = 0; day <= 32; day += 1) {
      await Promise.all([schedule().look(), schedule().look()]);
      now += DAY;
    }
    expect(await told()).toEqual([30, 14, 7, 1].map((days) => `certificate s1 ends within ${String(days)} ${days === 1 ? 'day' : 'days'}`));
  });

  it('begins anew with what is renewed under the same name', async () => {
    await addUser(7);
    await schedule().look();
    await addUser(30);
    await schedule().look();
    await schedule().look();
    expect(await told()).toEqual(['nats-user UA ends within 7 days', 'nats-user UA ends within 30 days']);
  });

  it('goes on after a round that failed', async () => {
    await addUser(7);
    const failing = new ExpirySchedule({ list: () => Promise.reject(new Error('away')), record: () => Promise.resolve([]), expireActions: () => Promise.resolve(0), logger: { info: () => undefined, warn: () => undefined }, now: () => now });
    await failing.look();
    await schedule().look();
    expect(await told()).toHaveLength(1);
  });
});

describe('an action that nobody decided', () => {
  it('is closed when seven days are over, once', async () => {
    const action = await actions().proposeSuspension(GUIZHOU as Parameters<ActionStore['proposeSuspension']>[0], 'because', 'a');
    expect(await actions().expire(now)).toBe(0);
    now = action.expiresAt + 1;
    await expect(actions().decide(action.id, 'b', true, now)).rejects.toMatchObject({ code: 'ACTION_CLOSED' });
    await Promise.all([schedule().look(), schedule().look()]);
    expect((await actions().list(false, now)).map(({ state }) => state)).toEqual(['expired']);
    expect(await actions().list(true, now)).toEqual([]);
    const events = await database.query<{ name: string; actor: string }[]>('SELECT name, actor FROM membership_event ORDER BY id');
    expect(events).toEqual([{ name: 'action.proposed', actor: 'a' }, { name: 'action.refused', actor: 'b' }, { name: 'action.expired', actor: 'hub' }]);
  });

  it('is closed after whoever changes actions at the moment, and keeps him from nothing', async () => {
    const { id, expiresAt } = await actions().proposeSuspension(GUIZHOU as Parameters<ActionStore['proposeSuspension']>[0], 'because', 'a');
    let expired: Promise<number> | undefined;
    await database.transaction(async (change) => {
      await change.query('UPDATE registry_revision SET revision = revision + 1');
      expired = actions().expire(expiresAt + 1);
      await vi.waitFor(async () => {
        expect(await database.query(`SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).toHaveLength(1);
      }, 5000);
      await change.query(`UPDATE operator_action SET state = 'rejected', decided_at = now() WHERE id = $1`, [id]);
    });
    expect(await expired).toBe(0);
  });
});
