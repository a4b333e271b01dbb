import { LIST_GRAIN, MAXIMUM_DELTA_CHANGES } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { KeptList, REMEMBERED_MS, type RecordedChange } from './kept-list.js';

const NOW = 1_800_000_000_000;
const change = (version: number, set: Readonly<Record<number, number>> = {}, more: Partial<RecordedChange> = {}): RecordedChange => ({
  id: version, shard: 0, version, size: LIST_GRAIN, places: Object.keys(set).map(Number), statuses: Object.values(set), isSignedAnew: false, changedAt: NOW + version, ...more,
});

function listOf(...changes: readonly RecordedChange[]): KeptList {
  const list = KeptList.begin(0);
  for (const each of changes) if (!list.follow(each)) throw new Error('does not follow');
  return list;
}

describe('KeptList', () => {
  it('follows version by version, and no other', () => {
    const list = listOf(change(1), change(2, { 3: 1 }));
    expect([list.follow(change(2, { 4: 1 })), list.follow(change(4, { 4: 1 }))]).toEqual([false, false]);
    expect([list.version, list.bits.get(3), list.bits.get(4)]).toEqual([2, 1, 0]);
  });

  it('grows as written down', () => {
    const list = listOf(change(1), change(2, { [LIST_GRAIN]: 2 }, { size: 2 * LIST_GRAIN }));
    expect([list.bits.size, list.bits.get(LIST_GRAIN)]).toEqual([2 * LIST_GRAIN, 2]);
  });

  it('is the same when it is read as a whole', () => {
    const recent = [change(2, { 3: 1 }), change(3, { 4: 2 })];
    const read = KeptList.of({ head: { shard: 0, version: 3, size: LIST_GRAIN, endsAt: 0 }, settings: [{ sequence: 4, status: 1 }, { sequence: 5, status: 2 }], recent });
    const followed = listOf(change(1), ...recent);
    expect(read.bits.bytes).toEqual(followed.bits.bytes);
    expect(read.differenceFrom(1)).toEqual(followed.differenceFrom(1));
    expect(read.follow(change(4))).toBe(true);
  });

  it('tells what stands now, each index once, however often it changed', () => {
    const list = listOf(change(1), change(2, { 7: 2, 3: 1 }), change(3, { 7: 0 }), change(4, { 9: 1 }));
    expect(list.differenceFrom(1)).toEqual({ from: 1, changes: [[3, 1], [7, 0], [9, 1]] });
    expect(list.differenceFrom(3)).toEqual({ from: 3, changes: [[9, 1]] });
  });

  it('tells nothing from the present version, from a later one, nor from none', () => {
    const list = listOf(change(1), change(2));
    expect([list.differenceFrom(2), list.differenceFrom(3), list.differenceFrom(0)]).toEqual([undefined, undefined, undefined]);
  });

  it('remembers an hour', () => {
    const list = listOf(change(1), change(2, { 3: 1 }), change(3, { 4: 1 }, { changedAt: NOW + REMEMBERED_MS }));
    list.forget(NOW + REMEMBERED_MS);
    expect(list.remembered).toBe(1);
    list.forget(NOW + 3 + REMEMBERED_MS);
    expect([list.remembered, list.differenceFrom(1), list.differenceFrom(2)]).toEqual([2, undefined, { from: 2, changes: [[4, 1]] }]);
    list.forget(NOW + 3 * REMEMBERED_MS);
    expect([list.remembered, list.bits.get(3)]).toEqual([3, 1]);
  });

  it('remembers no more than one delta holds', () => {
    const many = Object.fromEntries(Array.from({ length: MAXIMUM_DELTA_CHANGES }, (_unused, index) => [index, 1]));
    const list = listOf(change(1), change(2, { 5000: 1 }), change(3, many));
    list.forget(NOW);
    expect(list.remembered).toBe(2);
    expect(list.differenceFrom(2)?.changes).toHaveLength(MAXIMUM_DELTA_CHANGES);
  });

  it('knows since when the province’s change waits, and what was none', () => {
    const list = listOf(change(1), change(2, { 3: 1 }), change(3, { 4: 1 }), change(4, { 3: 0 }, { isSignedAnew: true }), change(5));
    expect([list.changedSince(1), list.changedSince(2), list.changedSince(3)]).toEqual([NOW + 2, NOW + 3, 0]);
  });
});
