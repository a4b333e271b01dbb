import { beforeEach, describe, expect, it } from 'vitest';

import { GUIZHOU, NOW } from '../attestation.fixture.js';
import { signStatusList } from '../status-list/sign-status-list.js';
import { StatusBits } from '../status-list/status-bits.js';
import { statusListUri } from '../status-list/status-list-place.js';
import { FakeSource, FakeStore, partsOf, PROVINCE } from './offline.fixture.js';
import { PackageKeeper } from './package-keeper.js';

const HOUR = 3600;

let source: FakeSource;
let store: FakeStore;
let keeper: PackageKeeper;
let now: number;

const signShard = (shard: number, issuedAt: number): Promise<string> =>
  signStatusList(StatusBits.create(8192), { issuer: GUIZHOU, shard, version: 1, issuedAt, expiresAt: issuedAt + HOUR, ttl: 300 }, PROVINCE.guizhou.signing);

/** A package, made now, that names these shards; each signed now. */
async function publish(version: number, shards: readonly number[]): Promise<void> {
  const digest = await StatusBits.create(8192).digest();
  for (const shard of shards) source.lists.set(statusListUri(GUIZHOU, shard), await signShard(shard, now));
  const lists = shards.map((shard) => ({ uri: statusListUri(GUIZHOU, shard), issuer: GUIZHOU, shard, version: 1, issuedAt: now, size: 8192, digest }));
  await source.publish(partsOf({ statusLists: { lists }, ledger: { entries: 10, madeAt: now } }), version, now);
  expect(await keeper.update()).toMatchObject({ result: 'updated', errorCode: '', refusedLists: [] });
}

const shardsOf = (): readonly (number | undefined)[] => [...(keeper.current?.lists.values() ?? [])].map(({ shard }) => shard).sort();

beforeEach(() => {
  source = new FakeSource();
  store = new FakeStore();
  now = NOW;
  keeper = new PackageKeeper({ source, store, now: () => now });
});

describe('the lists of a province over time', () => {
  it('lets go of one that is over: that no package names any more, and nobody has signed for an hour', async () => {
    await publish(1, [0, 1]);
    now += HOUR - 1;
    await publish(2, [1]);
    expect(shardsOf()).toEqual([0, 1]);
    now += 1;
    await publish(3, [1]);
    expect([shardsOf(), [...(store.stored?.lists.keys() ?? [])]]).toEqual([[1], [statusListUri(GUIZHOU, 1)]]);
  });

  it('takes the list after the last one that is pushed, where the first ones are over, and no other', async () => {
    await publish(1, [5, 6]);
    expect([await keeper.applyToken(await signShard(8, now)), await keeper.applyToken(await signShard(2, now)), await keeper.applyToken(await signShard(7, now))]).toEqual([false, false, true]);
    expect(shardsOf()).toEqual([5, 6, 7]);
  });
});

describe('a hub whose clock was set right', () => {
  it('is followed at once: its next version is made earlier than the one before, which held up every verdict', async () => {
    now += 86_400;
    await publish(1, [0]);
    now -= 86_400;
    expect(keeper.clock).toBe('behind');
    await publish(2, []);
    expect([keeper.current?.version, keeper.clock]).toEqual([2, 'ok']);
  });
});
