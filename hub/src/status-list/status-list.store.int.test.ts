import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import { openDatabase } from '../platform/database.js';
import { createLogger } from '../platform/logger.js';
import { DELTAS_KEPT } from './held-list.js';
import { PgStatusListStore } from './status-list.store.js';

const URI = 'urn:cn:healthcode:status:520000';

let testDatabase: TestDatabase;
let database: DataSource;
let store: PgStatusListStore;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.url, createLogger('silent'));
  store = new PgStatusListStore(database);
});
beforeEach(() => database.query('TRUNCATE status_list, status_list_delta'));
afterAll(async () => {
  await database.destroy();
  await testDatabase.drop();
});

const deltaTo = (version: number) => ({ from: version - 1, version, issuedAt: 0, token: `delta ${String(version)}` });
const save = (whole: { readonly version: number; readonly issuedAt: number } | undefined, ...deltas: readonly number[]): Promise<void> =>
  store.save({ uri: URI, issuer: '520000', ...(whole === undefined ? {} : { whole: { ...whole, token: `whole ${String(whole.version)}` } }), deltas: deltas.map(deltaTo) });
const saved = async (): Promise<readonly string[]> => (await store.readAll()).flatMap(({ token, deltas }) => [token, ...deltas]);

describe('PgStatusListStore', () => {
  it('gives back the last whole list and what leads on from it', async () => {
    await save({ version: 1, issuedAt: 100 }, 2);
    await save(undefined, 3);
    expect(await saved()).toEqual(['whole 1', 'delta 2', 'delta 3']);
    await save({ version: 3, issuedAt: 160 }, 4);
    expect(await saved()).toEqual(['whole 3', 'delta 4']);
    await store.remove(URI);
    expect(await saved()).toEqual([]);
  });

  it('goes back to no earlier version for a replica that is behind, also within one second', async () => {
    await save({ version: 6, issuedAt: 100 }, 7);
    await save({ version: 5, issuedAt: 100 });
    await save({ version: 4, issuedAt: 99 });
    expect(await saved()).toEqual(['whole 6', 'delta 7']);
  });

  it('goes on with a province whose clock was set back', async () => {
    await save({ version: 5, issuedAt: 1000 });
    await save({ version: 6, issuedAt: 900 }, 7);
    expect(await saved()).toEqual(['whole 6', 'delta 7']);
  });

  it('begins anew with a list that does, and keeps nothing of the one before', async () => {
    await save({ version: 900, issuedAt: 100 }, 901);
    await save({ version: 7, issuedAt: 160 }, 8);
    expect(await saved()).toEqual(['whole 7', 'delta 8']);
  });

  it('keeps so many deltas of a list that is never said as a whole, and no more', async () => {
    await save({ version: 1, issuedAt: 100 }, ...Array.from({ length: DELTAS_KEPT.count }, (_, at) => at + 2));
    await save(undefined, DELTAS_KEPT.count + 2, DELTAS_KEPT.count + 3);
    const [, ...deltas] = await saved();
    expect([deltas.length, deltas.at(-1)]).toEqual([DELTAS_KEPT.count, `delta ${String(DELTAS_KEPT.count + 3)}`]);
  });
});
