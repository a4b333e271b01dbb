import { beforeEach, describe, expect, it } from 'vitest';

import { codeOfRejection, GUIZHOU, NOW } from '../attestation.fixture.js';
import { AttestationError } from '../errors.js';
import { statusListUri } from '../status-list/status-list-place.js';
import { createProvince, FakeSource, FakeStore, FIRST, nameList, partsOf, PROVINCE, signDelta, signList, withProvince, type ListState } from './offline.fixture.js';
import { PackageKeeper } from './package-keeper.js';
import type { PackageParts } from './package-parts.js';

const URI = statusListUri(GUIZHOU);
const { guizhou } = PROVINCE;

const SECOND: ListState = { version: 2, issuedAt: NOW + 10, statuses: { 5: 'invalid' } };
const THIRD: ListState = { version: 3, issuedAt: NOW + 20, statuses: { 5: 'invalid', 6: 'suspended' } };

const naming = async (state: ListState, parts: PackageParts = partsOf()): Promise<PackageParts> => ({ ...parts, statusLists: { lists: [await nameList(guizhou, state)] } });

let source: FakeSource;
let store: FakeStore;
let now: number;

const keeperOf = (): PackageKeeper => new PackageKeeper({ source, store, now: () => now });

/** A keeper that has taken version 1 with {@link FIRST}. */
async function started(): Promise<PackageKeeper> {
  source.lists.set(URI, await signList(guizhou, FIRST));
  await source.publish(await naming(FIRST), 1);
  const keeper = keeperOf();
  expect(await keeper.update()).toMatchObject({ result: 'updated', errorCode: '' });
  source.asked.length = 0;
  return keeper;
}

const listOf = (keeper: PackageKeeper) => keeper.current?.lists.get(URI);
const held = (keeper: PackageKeeper): readonly (number | undefined)[] => [keeper.current?.version, listOf(keeper)?.version];

beforeEach(() => {
  source = new FakeSource();
  store = new FakeStore();
  now = NOW + 30;
});

describe('PackageKeeper.update', () => {
  it('takes the first package whole, and keeps it over a restart', async () => {
    const keeper = await started();
    expect(held(keeper)).toEqual([1, 1]);
    const again = keeperOf();
    await again.open();
    expect(held(again)).toEqual([1, 1]);
    expect(source.asked).toEqual([]);
  });

  it('fetches only what changed', async () => {
    const keeper = await started();
    await source.publish(await naming(FIRST, partsOf({ ledger: { entries: 11, madeAt: NOW + 5 } })), 2, NOW + 5);
    expect(await keeper.update()).toMatchObject({ result: 'updated', version: 2, refusedLists: [] });
    expect(source.asked).toEqual(['refresh', 'ledger.json']);
    source.asked.length = 0;
    const writes = store.writes;
    expect(await keeper.update()).toMatchObject({ result: 'unchanged', fetchedBytes: 0 });
    expect([source.asked, store.writes]).toEqual([['refresh'], writes]);
  });

  it('lets calls share one update', async () => {
    const keeper = await started();
    await Promise.all([keeper.update(), keeper.update()]);
    expect(source.asked).toEqual(['refresh']);
  });

  it('follows a list by deltas, and fetches it whole where they lead elsewhere', async () => {
    const keeper = await started();
    source.deltas = [await signDelta(guizhou, FIRST, SECOND)];
    await source.publish(await naming(SECOND), 2);
    await keeper.update();
    expect([held(keeper), source.asked.includes(URI)]).toEqual([[2, 2], false]);
    source.deltas = [];
    source.lists.set(URI, await signList(guizhou, THIRD));
    await source.publish(await naming(THIRD), 3);
    await keeper.update();
    expect([held(keeper), source.asked.includes(URI)]).toEqual([[3, 3], true]);
  });

  it('follows a list that it fetches for the first time from the last whole one to the one that is named', async () => {
    source.lists.set(URI, await signList(guizhou, FIRST));
    source.deltas = [await signDelta(guizhou, FIRST, SECOND)];
    await source.publish(await naming(SECOND), 1);
    const keeper = keeperOf();
    expect(await keeper.update()).toMatchObject({ result: 'updated', refusedLists: [] });
    expect(held(keeper)).toEqual([1, 2]);
  });

  it.each([
    ['an earlier version', 1, NOW, 'PACKAGE_ROLLED_BACK'],
    ['the same version, made earlier', 2, NOW - 1, 'PACKAGE_ROLLED_BACK'],
  ])('never goes back: %s', async (_, version, madeAt, errorCode) => {
    const keeper = await started();
    await source.publish(await naming(FIRST, partsOf({ ledger: { entries: 11, madeAt: NOW } })), 2);
    await keeper.update();
    await source.publish(await naming(FIRST), version, madeAt);
    expect(await keeper.update()).toMatchObject({ result: 'failed', version: 2, errorCode });
    expect(held(keeper)).toEqual([2, 1]);
  });

  it('takes no empty package in place of a good one', async () => {
    const keeper = await started();
    const kept = store.stored;
    await source.publish(partsOf({ provinces: { provinces: [] } }), 2);
    expect(await keeper.update()).toMatchObject({ result: 'failed', version: 1, errorCode: 'PACKAGE_EMPTY' });
    expect([held(keeper), store.stored]).toEqual([[1, 1], kept]);
  });

  it('keeps its lists where a package names none any more', async () => {
    const keeper = await started();
    await source.publish(partsOf(), 2);
    await keeper.update();
    expect(held(keeper)).toEqual([2, 1]);
  });

  it.each(['refresh', 'feeds.json', `${URI} after 1`, URI])('leaves everything as it was where this cannot be fetched: %s', async (name) => {
    const keeper = await started();
    const kept = store.stored;
    const parts = await naming(SECOND);
    await source.publish({ ...parts, feeds: { feeds: [] } }, 2);
    source.failures.set(name, new Error('connection reset'));
    expect(await keeper.update()).toMatchObject({ result: 'failed', version: 1, errorCode: 'PACKAGE_UNREACHABLE' });
    expect([held(keeper), store.stored]).toEqual([[1, 1], kept]);
  });

  it('passes on why the metadata was refused', async () => {
    const keeper = await started();
    source.failures.set('refresh', new AttestationError('PACKAGE_SIGNATURE_INVALID', 'by nobody'));
    expect(await keeper.update()).toMatchObject({ result: 'failed', errorCode: 'PACKAGE_SIGNATURE_INVALID' });
  });

  it.each([
    ['less', (bytes: Uint8Array) => bytes.subarray(1)],
    ['more', (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.from(' ')])],
    ['something else', (bytes: Uint8Array) => Buffer.from(bytes).fill(32)],
  ])('refuses a target of which %s comes than is listed', async (_, spoil) => {
    const keeper = await started();
    await source.publish(await naming(FIRST, partsOf({ feeds: { feeds: [] } })), 2);
    source.targets.set('feeds.json', spoil(source.targets.get('feeds.json') ?? new Uint8Array()));
    expect(await keeper.update()).toMatchObject({ result: 'failed', version: 1, errorCode: 'PACKAGE_TRUNCATED' });
    expect(keeper.current?.feedConfirmedAt(GUIZHOU)).toBe(NOW);
  });

  it('uses what it cannot keep, says so, and keeps it once there is room', async () => {
    const keeper = await started();
    store.isFull = true;
    await source.publish(await naming(FIRST, partsOf({ feeds: { feeds: [] } })), 2);
    expect(await keeper.update()).toMatchObject({ result: 'updated', errorCode: 'PACKAGE_STORAGE_FAILED' });
    expect([held(keeper), store.stored?.version]).toEqual([[2, 1], 1]);
    store.isFull = false;
    expect(await keeper.update()).toMatchObject({ result: 'unchanged', errorCode: '' });
    expect(store.stored?.version).toBe(2);
  });

  it('goes on with the copy it has of a list that is not what the package names', async () => {
    const keeper = await started();
    await source.publish(await naming(SECOND), 2);
    source.lists.set(URI, await signList(guizhou, { ...SECOND, statuses: { 7: 'invalid' } }));
    expect(await keeper.update()).toMatchObject({ result: 'updated', refusedLists: [{ uri: URI, errorCode: 'STATUS_LIST_DIGEST_MISMATCH' }] });
    expect(held(keeper)).toEqual([2, 1]);
    source.lists.set(URI, await signList(PROVINCE.beijing, SECOND));
    expect(await keeper.update()).toMatchObject({ refusedLists: [{ errorCode: 'STATUS_LIST_ISSUER_MISMATCH' }] });
    source.lists.set(URI, await signList(guizhou, FIRST));
    expect(await keeper.update()).toMatchObject({ refusedLists: [{ errorCode: 'STATUS_LIST_ROLLED_BACK' }] });
    expect(held(keeper)).toEqual([2, 1]);
  });

  it('gives up a list that only a revoked key vouches for', async () => {
    const keeper = await started();
    const other = await createProvince(GUIZHOU);
    const revoked = withProvince(await naming(FIRST), 0, { keys: [{ jwk: guizhou.jwk, revokedFrom: NOW }, { jwk: other.jwk }] });
    await source.publish(revoked, 2);
    expect(await keeper.update()).toMatchObject({ result: 'updated', refusedLists: [{ uri: URI, errorCode: 'STATUS_LIST_KEY_REVOKED' }] });
    expect(held(keeper)).toEqual([2, undefined]);
    source.lists.set(URI, await signList({ ...other, code: GUIZHOU }, FIRST));
    await keeper.update();
    expect(held(keeper)).toEqual([2, 1]);
  });
});

describe('PackageKeeper.open', () => {
  it('finds nothing where storage was cleared, and fetches anew', async () => {
    await started();
    store.stored = undefined;
    const keeper = keeperOf();
    await keeper.open();
    expect(keeper.current).toBe(undefined);
    await keeper.update();
    expect(held(keeper)).toEqual([1, 1]);
  });

  it('says that what was kept cannot be read, or is not what was kept', async () => {
    await started();
    store.isUnreadable = true;
    expect(await codeOfRejection(keeperOf().open())).toBe('PACKAGE_STORAGE_FAILED');
    store.isUnreadable = false;
    const [kept] = [store.stored];
    if (kept === undefined) throw new Error('nothing kept');
    const target = kept.targets.get('feeds.json');
    if (target === undefined) throw new Error('no target');
    store.stored = { ...kept, targets: new Map(kept.targets).set('feeds.json', { ...target, bytes: Buffer.from(target.bytes).fill(32) }) };
    expect(await codeOfRejection(keeperOf().open())).toBe('PACKAGE_TRUNCATED');
  });

  it('believes no list that was changed where it was kept', async () => {
    await started();
    const [kept] = [store.stored];
    const forged = await signList({ ...PROVINCE.beijing, code: GUIZHOU }, FIRST);
    if (kept !== undefined) store.stored = { ...kept, lists: new Map([[URI, { uri: URI, snapshot: forged, deltas: [] }]]) };
    const keeper = keeperOf();
    await keeper.open();
    expect(held(keeper)).toEqual([1, undefined]);
  });
});

describe('PackageKeeper.applyToken', () => {
  it('takes deltas and snapshots that were pushed, and keeps them', async () => {
    const keeper = await started();
    expect(await keeper.applyToken(await signDelta(guizhou, FIRST, SECOND))).toBe(true);
    expect(await keeper.applyToken(await signList(guizhou, THIRD))).toBe(true);
    expect(held(keeper)).toEqual([1, 3]);
    await expect.poll(() => store.writes).toBe(3);
    const again = keeperOf();
    await again.open();
    expect(held(again)).toEqual([1, 3]);
  });

  it('keeps of deltas those alone that are still needed', async () => {
    const keeper = await started();
    const later = { ...THIRD, issuedAt: NOW + 25 };
    for (const [from, to] of [[FIRST, SECOND], [SECOND, THIRD], [SECOND, later]] as const) expect(await keeper.applyToken(await signDelta(guizhou, from, to))).toBe(true);
    await keeper.update();
    expect(store.stored?.lists.get(URI)?.deltas).toHaveLength(2);
    await keeper.applyToken(await signDelta(guizhou, FIRST, { ...later, version: 4, statuses: { 5: 'invalid', 6: 'valid' } }));
    await expect.poll(() => store.stored?.lists.get(URI)?.deltas.length).toBe(1);
  });

  it('goes back to no earlier state, and knows what it has', async () => {
    const keeper = await started();
    const [first, second] = [await signList(guizhou, FIRST), await signList(guizhou, SECOND)];
    expect([await keeper.applyToken(second), await keeper.applyToken(first), await keeper.applyToken(second)]).toEqual([true, false, false]);
    expect(held(keeper)).toEqual([1, 2]);
  });

  it('fetches what is missing before a delta', async () => {
    const keeper = await started();
    source.deltas = [await signDelta(guizhou, FIRST, THIRD)];
    await source.publish(await naming(THIRD), 2);
    expect(await keeper.applyToken(await signDelta(guizhou, SECOND, THIRD))).toBe(true);
    expect(held(keeper)).toEqual([2, 3]);
  });

  it('takes nobody else’s word', async () => {
    const keeper = await started();
    const foreign = await signList({ ...PROVINCE.beijing, code: GUIZHOU }, SECOND);
    for (const token of [foreign, '', 'a.b.c', await signDelta({ ...PROVINCE.beijing, code: GUIZHOU }, FIRST, SECOND)]) expect(await keeper.applyToken(token)).toBe(false);
    expect([held(keeper), source.asked]).toEqual([[1, 1], []]);
  });

  it('takes the first list of a province, and nothing before there is a package', async () => {
    const token = await signList(PROVINCE.beijing, FIRST);
    expect(await keeperOf().applyToken(token)).toBe(false);
    const keeper = await started();
    expect(await keeper.applyToken(token)).toBe(true);
    expect(keeper.current?.lists.size).toBe(2);
  });

  it('loses no push that comes while an update is under way', async () => {
    const keeper = await started();
    await source.publish(await naming(FIRST, partsOf({ feeds: { feeds: [] } })), 2);
    const updating = keeper.update();
    const [pushed] = await Promise.all([keeper.applyToken(await signDelta(guizhou, FIRST, SECOND)), updating]);
    expect([pushed, held(keeper)]).toEqual([true, [2, 2]]);
  });
});

describe('PackageKeeper.clock', () => {
  it('compares the clock with the package and with the last contact', async () => {
    const keeper = await started();
    expect(keeper.clock).toBe('ok');
    now = NOW - 121;
    expect(keeper.clock).toBe('behind');
    now = NOW + 30;
    source.theirClock = NOW - 86_400;
    source.failures.set('refresh', new Error('connection reset'));
    await keeper.update();
    expect([keeper.clock, keeper.current?.clockOffset]).toEqual(['ahead', -86_430]);
    source.theirClock = NOW + 31;
    await keeper.update();
    expect([keeper.clock, keeper.current?.clockOffset]).toEqual(['ok', 1]);
  });
});
