import { LIST_GRAIN, SHARD_ENTRIES } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { placeOf, planSigningAnew, planUpdates, shardOf, type ListHead } from './list-change.js';

const HOUR = 3600;
const head: ListHead = { shard: 0, version: 5, size: LIST_GRAIN, endsAt: 10 * HOUR };
const issue = (sequence: number, expiresAt = 9 * HOUR) => ({ sequence, expiresAt });

describe('shardOf and placeOf', () => {
  it.each([
    [1, 0, 0],
    [SHARD_ENTRIES, 0, SHARD_ENTRIES - 1],
    [SHARD_ENTRIES + 1, 1, 0],
    [10 ** 8, 95, 10 ** 8 - 1 - 95 * SHARD_ENTRIES],
  ])('put number %d into list %d at %d', (sequence, shard, place) => {
    expect([shardOf(sequence), placeOf(sequence)]).toEqual([shard, place]);
  });
});

describe('planUpdates', () => {
  it('begins a list with its first attestation', () => {
    expect(planUpdates([], [issue(1)], [])).toEqual({
      heads: [{ shard: 0, version: 1, size: LIST_GRAIN, endsAt: 9 * HOUR }],
      changes: [{ shard: 0, version: 1, size: LIST_GRAIN, places: [], statuses: [], isSignedAnew: false }],
    });
  });

  it('writes nothing down for an attestation that has its place already', () => {
    expect(planUpdates([head], [issue(2)], [])).toEqual({ heads: [], changes: [] });
  });

  it('notes a later end, by the hour, without a version', () => {
    expect(planUpdates([head], [issue(2, 10 * HOUR + 1)], [])).toEqual({ heads: [{ ...head, endsAt: 11 * HOUR }], changes: [] });
  });

  it('grows a list that is too small, in one version with what else changed', () => {
    const { heads, changes } = planUpdates([head], [issue(LIST_GRAIN + 1)], [{ sequence: 3, status: 1 }]);
    expect(heads).toEqual([{ ...head, version: 6, size: 2 * LIST_GRAIN }]);
    expect(changes).toEqual([{ shard: 0, version: 6, size: 2 * LIST_GRAIN, places: [2], statuses: [1], isSignedAnew: false }]);
  });

  it('goes on in the next list when one is full, and still changes the former', () => {
    const full = { ...head, size: SHARD_ENTRIES };
    const { heads, changes } = planUpdates([full], [issue(SHARD_ENTRIES + 1)], [{ sequence: SHARD_ENTRIES, status: 2 }]);
    expect(heads.map(({ shard, version, size }) => [shard, version, size])).toEqual([[0, 6, SHARD_ENTRIES], [1, 1, LIST_GRAIN]]);
    expect(changes.map(({ shard, places, statuses }) => [shard, places, statuses])).toEqual([[0, [SHARD_ENTRIES - 1], [2]], [1, [], []]]);
  });

  it('never shrinks a list, nor its time', () => {
    const large = { ...head, size: 4 * LIST_GRAIN };
    expect(planUpdates([large], [issue(1, HOUR)], [{ sequence: 1, status: 1 }]).heads).toEqual([{ ...large, version: 6 }]);
  });
});

describe('planSigningAnew', () => {
  it('gives every list a version, clears it of what expired, and says that the province changed nothing', () => {
    const second = { ...head, shard: 1, version: 1 };
    const { heads, changes } = planSigningAnew([head, second], [4, SHARD_ENTRIES + 9]);
    expect(heads.map(({ version }) => version)).toEqual([6, 2]);
    expect(changes).toEqual([
      { shard: 0, version: 6, size: LIST_GRAIN, places: [3], statuses: [0], isSignedAnew: true },
      { shard: 1, version: 2, size: LIST_GRAIN, places: [8], statuses: [0], isSignedAnew: true },
    ]);
  });

  it('forgets what expired in a list that is over', () => {
    expect(planSigningAnew([], [4])).toEqual({ heads: [], changes: [] });
  });
});
