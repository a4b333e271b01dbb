import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

import { codeOf, codeOfRejection, GUIZHOU, NOW } from '../attestation.fixture.js';
import { StatusBits } from './status-bits.js';
import { statusListUri } from './status-list-place.js';
import type { StatusList, StatusListDelta } from './status-list.js';
import { bitsOf, sampleDelta, sampleTerms } from './status-list.fixture.js';
import { applyDelta, succeedStatusList } from './succeed-status-list.js';

const listOf = async (bits: StatusBits, changes: Partial<StatusList> = {}): Promise<StatusList> => ({
  ...sampleTerms(), uri: statusListUri(GUIZHOU), bits, digest: await bits.digest(), ...changes,
});
const deltaOf = async (after: StatusBits, changes: Partial<StatusListDelta> = {}): Promise<StatusListDelta> => ({
  uri: statusListUri(GUIZHOU), ...(await sampleDelta(after)), ...changes,
});

let held: StatusList;

beforeAll(async () => {
  held = await listOf(bitsOf(0, 1, 2));
});

describe('applyDelta', () => {
  it('leads to what the issuer holds, and leaves what is held as it was', async () => {
    const after = bitsOf(1, 1, 0);
    const next = await applyDelta(held, await deltaOf(after, { changes: [[0, 1], [2, 0]] }));
    expect(next).toMatchObject({ version: 6, issuedAt: NOW - 30, ttl: 300, digest: await after.digest() });
    expect([0, 1, 2].map((index) => next.bits.get(index))).toEqual([1, 1, 0]);
    expect([0, 1, 2].map((index) => held.bits.get(index))).toEqual([0, 1, 2]);
  });

  it('grows with the list', async () => {
    const after = bitsOf(0, 1, 2);
    after.grow(10_000);
    after.set(9000, 1);
    const next = await applyDelta(held, await deltaOf(after, { changes: [[9000, 1]] }));
    expect([next.bits.size, next.bits.get(9000), held.bits.size]).toEqual([16_384, 1, 8192]);
  });

  it('applies to every version it leads on from, being absolute', async () => {
    const after = bitsOf(3, 1, 0);
    const delta = await deltaOf(after, { from: 2, version: 9, changes: [[0, 3], [2, 0]] });
    for (const version of [2, 5, 8]) expect(await applyDelta({ ...held, version }, delta)).toMatchObject({ version: 9, digest: delta.digest });
  });

  it('of the version held says only how late it was vouched for', async () => {
    const delta = await deltaOf(held.bits, { from: 4, version: 5, issuedAt: NOW });
    expect(await applyDelta(held, delta)).toEqual({ ...held, issuedAt: NOW });
    expect(await applyDelta(held, { ...delta, issuedAt: 1, expiresAt: 2 })).toEqual(held);
  });

  it.each([
    ['versions between are missing', { from: 6, version: 7 }, 'STATUS_LIST_DELTA_UNRELATED'],
    ['it is of another list', { uri: statusListUri(GUIZHOU, 1) }, 'STATUS_LIST_DELTA_UNRELATED'],
    ['the list would have no size of one', { size: 8193 }, 'STATUS_LIST_DELTA_UNRELATED'],
    ['the list would shrink', { size: 0 }, 'STATUS_LIST_DELTA_UNRELATED'],
    ['it leads to an earlier version', { from: 3, version: 4 }, 'STATUS_LIST_ROLLED_BACK'],
    ['it leads to other bits', { changes: [[7, 1]] as const }, 'STATUS_LIST_DIGEST_MISMATCH'],
    ['it is of the version held and says another thing', { from: 4, version: 5, digest: 'A'.repeat(43) }, 'STATUS_LIST_DIGEST_MISMATCH'],
  ])('refuses where %s', async (_, changes, expected) => {
    expect(await codeOfRejection(applyDelta(held, await deltaOf(held.bits, changes)))).toBe(expected);
    expect(await held.bits.digest()).toBe(held.digest);
  });

  it('after any row of changes holds what the issuer holds', async () => {
    const anyChange = fc.tuple(fc.nat({ max: 20_000 }), fc.nat({ max: 3 }));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(anyChange, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 8 }), async (rounds) => {
        const own = StatusBits.create(1);
        let copy = await listOf(own.clone(), { version: 1 });
        for (const [round, changes] of rounds.entries()) {
          const settings = new Map(changes);
          for (const [index, status] of settings) {
            own.grow(index + 1);
            own.set(index, status);
          }
          copy = await applyDelta(copy, await deltaOf(own, { from: round + 1, version: round + 2, changes: [...settings] }));
        }
        expect(copy.digest).toBe(await own.digest());
        expect(copy.bits.bytes).toEqual(own.bytes);
      }),
      { numRuns: 50 },
    );
  });
});

describe('succeedStatusList', () => {
  it('takes the first, a later version, and the later word of one version', async () => {
    const later = await listOf(bitsOf(1), { version: 6, issuedAt: NOW - 90 });
    const again = { ...held, issuedAt: NOW };
    expect(succeedStatusList(undefined, held)).toBe(held);
    expect(succeedStatusList(held, later)).toBe(later);
    expect(succeedStatusList(held, again)).toBe(again);
    expect(succeedStatusList(again, held)).toBe(again);
  });

  it.each([
    ['an earlier version', { version: 4 }, 'STATUS_LIST_ROLLED_BACK'],
    ['one version with two contents', { digest: 'A'.repeat(43) }, 'STATUS_LIST_DIGEST_MISMATCH'],
    ['another list', { uri: statusListUri(GUIZHOU, 1), version: 6 }, 'STATUS_LIST_ISSUER_MISMATCH'],
  ])('refuses %s', (_, changes, expected) => {
    expect(codeOf(() => succeedStatusList(held, { ...held, ...changes }))).toBe(expected);
  });
});
