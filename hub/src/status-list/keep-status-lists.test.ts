import { generateProvinceKey, importProvinceKey, importSigningKey, SHARD_ENTRIES, signStatusList, signStatusListDelta, StatusBits, type ProvinceKeyRing, type SigningKey } from '@health-code/attestation';
import { beforeEach, describe, expect, it } from 'vitest';
import { BEIJING, createProvinces, GUIZHOU, NOW, type Provinces } from '../ingest/ingest.fixture.js';
import { SHARDS_MAX } from './held-list.js';
import { StatusListKeeper, WAITING_MAX } from './keep-status-lists.js';
import { SavedStatusLists, type StoredList, type UnsavedList } from './saved-status-lists.js';
import { StatusLists } from './status-lists.js';

const URI = `urn:cn:healthcode:status:${GUIZHOU}`;
const keys: Provinces = await createProvinces();
const { privateJwk, publicJwk } = await generateProvinceKey('sig');
/** Another key of Guizhou. */
const second = await importSigningKey(privateJwk);
const secondKey = await importProvinceKey(publicJwk, GUIZHOU);

let lists: StatusLists;
let keeper: StatusListKeeper;
let bits: StatusBits;
let answer: string | undefined;
let asked: string[];
let now: number;
const revokedFrom = new Map<string, number>();

beforeEach(() => {
  lists = new StatusLists();
  bits = StatusBits.create(8192);
  asked = [];
  answer = undefined;
  now = NOW;
  revokedFrom.clear();
  const ring: ProvinceKeyRing = {
    find: (kid) => {
      const key = kid === second.kid ? secondKey : keys.ring.find(kid);
      const from = revokedFrom.get(kid);
      return key === undefined || from === undefined ? key : { ...key, revokedFrom: from };
    },
  };
  keeper = new StatusListKeeper({ lists, ring, request: async (_, uri) => (asked.push(uri), answer), now: () => now });
});

const terms = (version: number, shard = 0) => ({ issuer: GUIZHOU, shard, version, issuedAt: now, expiresAt: now + 86_400 });
const whole = (version: number, key: SigningKey = keys.guizhou, shard = 0): Promise<string> => signStatusList(bits.clone(), { ...terms(version, shard), ttl: 300 }, key);
async function delta(from: number, version: number, index: number, status: number): Promise<string> {
  bits.set(index, status);
  return signStatusListDelta({ ...terms(version), from, size: bits.size, changes: [[index, status]], digest: await bits.digest() }, keys.guizhou);
}
const refusalOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'taken', (error: unknown) => (error as { readonly code: string }).code);

describe('StatusListKeeper', () => {
  it('answers by each token as soon as it is taken', async () => {
    expect(lists.statusOf(GUIZHOU, 1)).toBeUndefined();
    await keeper.take(GUIZHOU, await whole(1), 0);
    expect([lists.statusOf(GUIZHOU, 1), lists.statusOf(GUIZHOU, 8193), lists.statusOf(BEIJING, 1), lists.vouchedAt(GUIZHOU, 1)]).toEqual(['valid', undefined, undefined, NOW]);
    await keeper.take(GUIZHOU, await delta(1, 2, 0, 2), 0);
    await keeper.take(GUIZHOU, await delta(2, 3, 5, 1), 0);
    expect([1, 6, 7].map((sequence) => lists.statusOf(GUIZHOU, sequence))).toEqual(['suspended', 'invalid', 'valid']);
    expect(lists.find(URI)).toMatchObject({ list: { version: 3 }, snapshot: { version: 1 } });
  });

  it('takes what came at once in the order in which it came', async () => {
    const tokens = [await whole(1), await delta(1, 2, 0, 2), await delta(2, 3, 0, 0), await delta(3, 4, 1, 2)];
    await Promise.all(tokens.map((token) => keeper.take(GUIZHOU, token, 0)));
    expect([lists.statusOf(GUIZHOU, 1), lists.statusOf(GUIZHOU, 2), asked]).toEqual(['valid', 'suspended', []]);
  });

  it('asks for the whole list where a delta does not lead on, or there is none', async () => {
    const missed = await delta(3, 4, 0, 2);
    answer = await whole(4);
    await keeper.take(GUIZHOU, missed, 77);
    expect([lists.statusOf(GUIZHOU, 1), asked]).toEqual(['suspended', [URI]]);
    const unrelated = await delta(8, 9, 1, 2);
    answer = await whole(9);
    await keeper.take(GUIZHOU, unrelated, 0);
    expect([lists.statusOf(GUIZHOU, 2), asked]).toEqual(['suspended', [URI, URI]]);
  });

  it('asks for the whole list where its deltas do not reach back to the last one any more', async () => {
    await keeper.take(GUIZHOU, await whole(1), 0);
    const beyond = await delta(4999, 5000, 0, 2);
    const held = lists.find(URI);
    if (held === undefined) throw new Error('not held');
    lists.put({ held: { ...held, list: { ...held.list, version: 4999 }, deltas: [{ from: 4998, version: 4999, issuedAt: now, token: 'delta' }] }, token: 'delta', changedAt: 0 });
    answer = await whole(5000);
    await keeper.take(GUIZHOU, beyond, 0);
    expect([asked, lists.find(URI)?.snapshot]).toEqual([[URI], { version: 5000, token: answer }]);
  });

  it.each([
    ['of another province than it came from', async () => keeper.take(BEIJING, await whole(1), 0), 'STATUS_LIST_ISSUER_MISMATCH'],
    ['signed by another province', async () => keeper.take(GUIZHOU, await whole(1, keys.beijing), 0), 'STATUS_LIST_ISSUER_MISMATCH'],
    ['that is none', () => keeper.take(GUIZHOU, 'eyJ.x.y', 0), 'STATUS_LIST_INVALID'],
  ])('refuses a list %s, and keeps none', async (_, take, code) => {
    expect(await refusalOf(take())).toBe(code);
    expect(lists.all()).toEqual([]);
  });

  it('takes as many lists at once as a province may have, whatever their numbers: those of years ago are over', async () => {
    for (let shard = 0; shard < SHARDS_MAX; shard += 1) await keeper.take(GUIZHOU, await whole(1, keys.guizhou, 70_000 + shard), 0);
    expect(await refusalOf(keeper.take(GUIZHOU, await whole(1, keys.guizhou, 3), 0))).toBe('STATUS_LISTS_TOO_MANY');
    lists.remove(`${URI}:70000`);
    await keeper.take(GUIZHOU, await whole(1, keys.guizhou, 70_000 + SHARDS_MAX), 0);
    await keeper.take(GUIZHOU, await whole(2, keys.guizhou, 70_001), 0);
    expect(lists.statusOf(GUIZHOU, (70_000 + SHARDS_MAX) * SHARD_ENTRIES + 1)).toBe('valid');
  });

  it('never goes back, and keeps what it holds whatever is refused', async () => {
    await keeper.take(GUIZHOU, await whole(5), 0);
    expect(await refusalOf(keeper.take(GUIZHOU, await whole(4), 0))).toBe('STATUS_LIST_ROLLED_BACK');
    bits.set(3, 1);
    expect(await refusalOf(keeper.take(GUIZHOU, await whole(5), 0))).toBe('STATUS_LIST_DIGEST_MISMATCH');
    expect(lists.statusOf(GUIZHOU, 4)).toBe('valid');
  });

  it('answers by a list whose key was revoked until its province has said another, and takes any version of that', async () => {
    bits.set(0, 2);
    await keeper.take(GUIZHOU, await whole(900), 0);
    expect(keeper.isWanted(URI, 60)).toBe(false);
    revokedFrom.set(keys.guizhou.kid, NOW);
    expect([lists.statusOf(GUIZHOU, 1), keeper.isWanted(URI, 60)]).toEqual(['suspended', true]);
    expect(await refusalOf(keeper.take(GUIZHOU, await whole(901), 0))).toBe('STATUS_LIST_KEY_REVOKED');
    await keeper.take(GUIZHOU, await whole(7, second), 0);
    expect(lists.find(URI)).toMatchObject({ list: { version: 7 }, deltas: [] });
  });

  it('wants what it does not hold, and what is older than asked', async () => {
    expect(keeper.isWanted(URI, 60)).toBe(true);
    await keeper.take(GUIZHOU, await whole(1), 0);
    expect(keeper.isWanted(URI, 60)).toBe(false);
    now += 61;
    expect(keeper.isWanted(URI, 60)).toBe(true);
  });

  it('lets so many tokens of a province wait and no more', async () => {
    const token = await whole(1);
    const outcomes = await Promise.all(Array.from({ length: WAITING_MAX + 1 }, () => refusalOf(keeper.take(GUIZHOU, token, 0))));
    expect(outcomes.filter((outcome) => outcome !== 'taken')).toEqual(['ADAPTER_BUSY']);
  });
});

describe('SavedStatusLists', () => {
  class Table {
    readonly rows = new Map<string, { issuer: string; token: string; deltas: string[] }>();
    isAway = false;
    async save({ uri, issuer, whole: next, deltas }: UnsavedList): Promise<void> {
      if (this.isAway) throw new Error('away');
      if (next !== undefined) this.rows.set(uri, { issuer, token: next.token, deltas: [] });
      this.rows.get(uri)?.deltas.push(...deltas.map(({ token }) => token));
    }
    async readAll(): Promise<readonly StoredList[]> { return [...this.rows.values()]; }
    async remove(uri: string): Promise<void> { this.rows.delete(uri); }
  }

  const log = { info: () => undefined, warn: () => undefined };

  it('saves what changed and nothing twice, also over a database that was away', async () => {
    const table = new Table();
    const saved = new SavedStatusLists(table, log);
    lists.onChange((change) => { saved.note(change); });
    const [first, second, third] = [await whole(1), await delta(1, 2, 0, 2), await delta(2, 3, 1, 2)];
    await keeper.take(GUIZHOU, first, 0);
    await keeper.take(GUIZHOU, second, 0);
    table.isAway = true;
    await saved.save();
    await keeper.take(GUIZHOU, third, 0);
    await saved.save();
    table.isAway = false;
    await saved.save();
    expect(table.rows.get(URI)).toEqual({ issuer: GUIZHOU, token: first, deltas: [second, third] });
    const again = await whole(3);
    await keeper.take(GUIZHOU, again, 0);
    await saved.save();
    expect(table.rows.get(URI)).toEqual({ issuer: GUIZHOU, token: again, deltas: [] });
  });

  it('gives back after a restart what the hub answered by', async () => {
    const table = new Table();
    table.rows.set(URI, { issuer: GUIZHOU, token: await whole(1), deltas: [await delta(1, 2, 0, 2)] });
    table.rows.set('forged', { issuer: GUIZHOU, token: await whole(3, keys.beijing), deltas: [] });
    const saved = new SavedStatusLists(table, log);
    await saved.restore(keeper, lists);
    expect([lists.statusOf(GUIZHOU, 1), lists.all().length]).toEqual(['suspended', 1]);
    await saved.forget(URI);
    expect([...table.rows.keys()]).toEqual(['forged']);
  });
});
