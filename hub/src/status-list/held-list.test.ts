import type { StatusList } from '@health-code/attestation';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DELTAS_KEPT, leadOn, withDelta, type HeldDelta, type HeldList } from './held-list.js';

const delta = (from: number, version: number, token = `${String(from)}-${String(version)}`): HeldDelta => ({ from, version, issuedAt: version, token });
const heldAt = (version: number, snapshot: number, ...deltas: readonly HeldDelta[]): HeldList => ({ list: { version } as StatusList, snapshot: { version: snapshot, token: 'whole' }, deltas, kid: 'key' });
const spans = (deltas: readonly HeldDelta[] | undefined): readonly string[] | undefined => deltas?.map(({ token }) => token);

describe('withDelta', () => {
  it('lets go of what another one spans, and of nothing else', () => {
    const kept = [delta(1, 2), delta(2, 3), delta(3, 4)].reduce<readonly HeldDelta[]>(withDelta, []);
    expect(spans(kept)).toEqual(['1-2', '2-3', '3-4']);
    expect(spans(withDelta(kept, delta(2, 5)))).toEqual(['1-2', '2-5']);
    expect(spans(withDelta(kept, delta(1, 4, 'again')))).toEqual(['again']);
  });

  it('keeps no more than a bound of them, the newest', () => {
    let kept: readonly HeldDelta[] = [];
    for (let version = 1; version <= DELTAS_KEPT.count + 3; version += 1) kept = withDelta(kept, delta(version, version + 1));
    expect(kept).toHaveLength(DELTAS_KEPT.count);
    expect(kept[0]?.from).toBe(4);
    const large = 'x'.repeat(DELTAS_KEPT.characters - 10);
    expect(withDelta([delta(1, 2, large)], delta(2, 3, 'y'.repeat(11)))).toHaveLength(1);
    expect(withDelta([], delta(1, 2, `${large}${large}`))).toHaveLength(1);
  });
});

describe('leadOn', () => {
  it('takes the fewest deltas, and of equally far ones the shortest', () => {
    expect(spans(leadOn(heldAt(6, 1, delta(1, 4), delta(2, 6), delta(4, 6)), 1))).toEqual(['1-4', '4-6']);
    expect(spans(leadOn(heldAt(6, 1, delta(1, 4), delta(1, 6)), 2))).toEqual(['1-6']);
  });

  it('knows no way from before, nor over a hole, nor from a version that is not yet', () => {
    const held = heldAt(6, 6, delta(2, 3), delta(4, 6));
    expect(leadOn(held, 1)).toBeUndefined();
    expect(leadOn(held, 2)).toBeUndefined();
    expect(leadOn(held, 7)).toBeUndefined();
    expect(spans(leadOn(held, 4))).toEqual(['4-6']);
  });

  it('gives whoever holds the version the delta that last vouched for it, if one did', () => {
    expect(spans(leadOn(heldAt(6, 6, delta(2, 6)), 6))).toEqual(['2-6']);
    expect(leadOn(heldAt(6, 6), 6)).toEqual([]);
  });

  it('finds a way wherever there is one, and each delta of it can be applied', () => {
    const deltas = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 6 })).map(([from, step]) => delta(from, from + step)), { maxLength: 12 });
    fc.assert(fc.property(deltas, fc.integer({ min: 1, max: 18 }), (given, after) => {
      const kept = given.reduce<readonly HeldDelta[]>(withDelta, []);
      const version = Math.max(after, ...kept.map((one) => one.version));
      const reachable = new Set([after]);
      for (let turn = 0; turn < 20; turn += 1) for (const one of given) if ([...reachable].some((at) => one.from <= at && at < one.version)) reachable.add(one.version);
      const chain = leadOn(heldAt(version, 1, ...kept), after);
      expect(chain !== undefined).toBe(reachable.has(version));
      let at = after;
      for (const one of chain ?? []) {
        expect(one.from <= at && at < one.version || at === version).toBe(true);
        at = one.version;
      }
    }));
  });
});
