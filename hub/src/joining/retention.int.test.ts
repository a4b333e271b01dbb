import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import { openDatabase } from '../platform/database.js';
import { createLogger } from '../platform/logger.js';
import { JoiningSchedule } from './joining.schedule.js';
import { RetentionStore } from './retention.store.js';

let testDatabase: TestDatabase;
let database: DataSource;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.url, createLogger('silent'));
});

afterAll(async () => {
  await database.destroy();
  await testDatabase.drop();
});

describe('RetentionStore', () => {
  it('forgets what has long ended, and nothing else', async () => {
    await database.query(`
      INSERT INTO member (province, state, state_since, origin, organisation) VALUES ('520000', 'admitted', now(), 'joined', '91330106MA27Y4U47R');
      INSERT INTO challenge SELECT 'over', '520000', now() - interval '1 second' UNION ALL SELECT 'open', '520000', now() + interval '1 minute';
      INSERT INTO invitation (token_sha256, province, role, invited_by, invited_at, expires_at)
        SELECT decode(repeat(byte, 32), 'hex'), '520000', 'province', 'hub', now(), now() - days * interval '1 day' FROM (VALUES ('aa', 31), ('bb', 29)) AS ended (byte, days);
      INSERT INTO member_certificate (fingerprint, province, role, serial, key_thumbprint, issued_at, expires_at)
        SELECT repeat(digit, 64), '520000', 'province', digit, digit, now(), now() - days * interval '1 day' FROM (VALUES ('a', 366), ('b', 364)) AS ended (digit, days);
      INSERT INTO check_report SELECT 'device', gen_random_uuid(), now() - days * interval '1 day' FROM (VALUES (41), (39)) AS counted (days);
      INSERT INTO check_count SELECT '520000', now() - days * interval '1 day', 1, 1, '', '', 5 FROM (VALUES (401), (399)) AS counted (days);
      INSERT INTO nats_user SELECT 'U' || days, '520000', now(), now() - days * interval '1 day' FROM (VALUES (1), (-1)) AS ended (days);
      INSERT INTO membership_event (province, at, name, actor, detail)
        SELECT '520000', now() - days * interval '1 day', name, 'hub', '' FROM (VALUES ('keys.refused', 401), ('keys.refused', 399), ('province.admitted', 5000)) AS past (name, days);
    `);
    const logged: unknown[] = [];
    const schedule = new JoiningSchedule(new RetentionStore(database), { info: (fields: unknown) => { logged.push(fields); }, warn: (fields: unknown) => { logged.push(fields); } });
    schedule.start();
    await schedule.stop();
    expect(logged).toEqual([{ deleted: 7 }]);
    const left = await database.query<{ count: number }[]>(
      `SELECT (SELECT count(*) FROM challenge)::int + (SELECT count(*) FROM invitation)::int + (SELECT count(*) FROM member_certificate)::int
        + (SELECT count(*) FROM nats_user)::int + (SELECT count(*) FROM membership_event)::int
        + (SELECT count(*) FROM check_report)::int + (SELECT count(*) FROM check_count)::int AS count`,
    );
    expect(left).toEqual([{ count: 8 }]);
  });

  it('tells of a database that is away, and goes on', async () => {
    const logged: string[] = [];
    const schedule = new JoiningSchedule({ deleteEnded: () => Promise.reject(new Error('away')) }, { info: () => undefined, warn: (_: unknown, text?: string) => { logged.push(text ?? ''); } });
    await schedule.forget();
    expect(logged).toHaveLength(1);
  });
});
