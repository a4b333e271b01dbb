import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../deploy/embedded/test-services.js';
import { EquivocationStore } from '../lookup/equivocation.store.js';
import { openDatabase } from '../platform/database.js';
import { createLogger } from '../platform/logger.js';
import { GENERATIONS_KEPT, type PackageGeneration } from './package-repository.js';
import { PackageStore } from './package.store.js';

let testDatabase: TestDatabase;
let database: DataSource;
let store: PackageStore;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(testDatabase.url, createLogger('silent'));
  store = new PackageStore(database);
});
beforeEach(async () => {
  await database.query('TRUNCATE package_generation, package_file');
});
afterAll(async () => {
  await database.destroy();
  await testDatabase.drop();
});

const SAME = 'targets/aa.provinces.json';
const generation = (version: number): PackageGeneration => ({
  version,
  madeAt: 1000 + version,
  files: new Map([
    [SAME, Buffer.from('provinces')],
    [`targets/${String(version)}.ledger.json`, Buffer.from(`ledger ${String(version)}`)],
    ['metadata/timestamp.json', Buffer.from(`timestamp ${String(version)}`)],
    [`metadata/${String(version)}.snapshot.json`, Buffer.from(`snapshot ${String(version)}`)],
  ]),
});
const textOf = (held: PackageGeneration | undefined, path: string): string => Buffer.from(held?.files.get(path) ?? []).toString();

describe('PackageStore', () => {
  it('gives back whole versions, oldest first, each with its own timestamp', async () => {
    await store.append(0, 1, generation);
    await store.append(1, 1, generation);
    const held = await store.readAfter(0);
    expect(held.map(({ version, madeAt, files }) => [version, madeAt, [...files.keys()].sort()])).toEqual([1, 2].map((version) => [version, 1000 + version, [...generation(version).files.keys()].sort()]));
    expect(held.map((one) => textOf(one, 'metadata/timestamp.json'))).toEqual(['timestamp 1', 'timestamp 2']);
    expect(await store.readAfter(2)).toEqual([]);
  });

  it('keeps the last three versions, and a file that they share once', async () => {
    for (let version = 0; version < 6; version += 1) await store.append(version, 1, generation);
    expect((await store.readAfter(0)).map(({ version }) => version)).toEqual([4, 5, 6]);
    const [counted] = await database.query<{ files: string }[]>('SELECT count(*) AS files FROM package_file');
    expect(Number(counted?.files)).toBe(1 + 3 * GENERATIONS_KEPT);
    expect((await store.readAfter(3)).map((one) => textOf(one, SAME))).toEqual(['provinces', 'provinces', 'provinces']);
  });

  it('gives a number once, whoever asks at the same time', async () => {
    const appended = await Promise.all(Array.from({ length: 5 }, () => store.append(0, 7, generation)));
    expect(appended.filter((one) => one !== undefined).map(({ version }) => version)).toEqual([7]);
    expect(await store.newestVersion()).toBe(7);
    expect(await store.append(0, 8, generation)).toBeUndefined();
    expect((await store.append(7, 3, generation))?.version).toBe(8);
  });

  it('leaves everything as it was where a version cannot be made', async () => {
    await store.append(0, 1, generation);
    await expect(store.append(1, 1, () => { throw new Error('no key'); })).rejects.toThrow('no key');
    expect((await store.readAfter(0)).map(({ version }) => version)).toEqual([1]);
  });
});

describe('EquivocationStore', () => {
  it('names each number that was signed twice once, with what the ledger holds, until that has expired', async () => {
    const held = Buffer.alloc(32, 7);
    await database.query(
      `INSERT INTO attestation (issuer, sequence, token, token_digest, content_digest, subject_reference, kind, status, reason, rule_id, rule_version, issued_at, expires_at)
       VALUES ('520000', 3, 'a.b.c', $1, $1, 's', 'health-status', '00', 'r', 'r', '1', 1, 2000), ('520000', 4, 'a.b.d', $1, $1, 's', 'health-status', '00', 'r', 'r', '1', 1, 1000)`,
      [held],
    );
    for (const [sequence, digest] of [[3, 1], [3, 2], [4, 1]] as const) {
      await database.query(`INSERT INTO equivocation (issuer, sequence, content_digest, token, received_at) VALUES ('520000', $1, $2, 'x', now())`, [sequence, Buffer.alloc(32, digest)]);
    }
    const store = new EquivocationStore(database);
    expect(await store.listStanding(1000)).toEqual([{ issuer: '520000', sequence: 3, contentDigest: held.toString('base64url') }]);
    expect(await store.listStanding(2000)).toEqual([]);
  });

  it('lets no issuer take the room of others', async () => {
    const held = Buffer.alloc(32, 7);
    for (const [issuer, sequence] of [['110000', 1], ['110000', 2], ['110000', 3], ['650000', 1]] as const) {
      await database.query(
        `INSERT INTO attestation (issuer, sequence, token, token_digest, content_digest, subject_reference, kind, status, reason, rule_id, rule_version, issued_at, expires_at)
         VALUES ($1, $2, 'a.b.c', $3, $3, 's', 'health-status', '00', 'r', 'r', '1', 1, 2000)`,
        [issuer, sequence, held],
      );
      await database.query(`INSERT INTO equivocation (issuer, sequence, content_digest, token, received_at) VALUES ($1, $2, $3, 'x', now())`, [issuer, sequence, Buffer.alloc(32, 1)]);
    }
    const standing = await new EquivocationStore(database, 2).listStanding(1000);
    expect(standing.filter(({ issuer }) => issuer !== '520000').map(({ issuer, sequence }) => [issuer, sequence])).toEqual([['110000', 1], ['110000', 2], ['650000', 1]]);
  });
});
