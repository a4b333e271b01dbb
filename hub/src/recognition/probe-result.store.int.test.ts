import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import { openDatabase } from '../platform/database.js';
import { createLogger } from '../platform/logger.js';
import { PgProbeResultStore } from './probe-result.store.js';
import type { ProbeResult } from './probes.js';

const AT = 1_800_000_000_123;
const result = (measuredAt: number, changes: Partial<ProbeResult> = {}): ProbeResult => ({ receiver: '110000', issuer: '520000', measuredAt, ...changes });

let testDatabase: TestDatabase;
let database: DataSource;
let store: PgProbeResultStore;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.url, createLogger('silent'));
  store = new PgProbeResultStore(database);
});
afterAll(async () => {
  await database.destroy();
  await testDatabase.drop();
});
beforeEach(async () => {
  await database.query('DELETE FROM probe_result');
});

describe('PgProbeResultStore', () => {
  it('keeps the last result of each pair, to the millisecond', async () => {
    await store.save([result(AT), result(AT, { receiver: '510000', cause: 'ADAPTER_TIMEOUT' })]);
    await store.save([result(AT + 1000, { cause: 'NO_REPORT' })]);
    expect(await store.readSince(0)).toEqual([result(AT, { receiver: '510000', cause: 'ADAPTER_TIMEOUT' }), result(AT + 1000, { cause: 'NO_REPORT' })]);
    await store.save([]);
  });

  it('takes nothing older in place of what is newer: replicas save when they can', async () => {
    await store.save([result(AT)]);
    await store.save([result(AT - 1, { cause: 'NO_REPORT' })]);
    expect(await store.readSince(0)).toEqual([result(AT)]);
  });

  it('reads what was measured after a moment', async () => {
    await store.save([result(AT)]);
    expect(await store.readSince(AT - 1)).toHaveLength(1);
    expect(await store.readSince(AT)).toEqual([]);
  });

  it('gives no cause that is not on the list, whatever stands in the database', async () => {
    await database.query("INSERT INTO probe_result VALUES ('110000', '520000', now(), 'SOMETHING_ELSE')");
    expect(await store.readSince(0)).toMatchObject([{ cause: 'WRONG_ANSWER' }]);
  });

  it('holds 992 pairs in one statement', async () => {
    const codes = Array.from({ length: 32 }, (_, position) => String(110_000 + position));
    const all = codes.flatMap((receiver) => codes.filter((issuer) => issuer !== receiver).map((issuer) => result(AT, { receiver, issuer })));
    await store.save(all);
    expect(await store.readSince(0)).toHaveLength(992);
  });
});
