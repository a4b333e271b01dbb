import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SequenceTracker } from './sequence-tracker.js';

const NO_LIMITS = { ranges: Infinity, numbers: Infinity };
const fill = (sequences: readonly number[]): SequenceTracker => {
  const tracker = new SequenceTracker();
  for (const sequence of sequences) tracker.add(sequence);
  return tracker;
};

describe('SequenceTracker', () => {
  it('ends complete for a feed in any order and with any repetition', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.array(fc.nat()), fc.array(fc.nat()), (length, shuffle, repeated) => {
        const feed = Array.from({ length }, (_, position) => position + 1);
        const order = [...feed, ...repeated.map((any) => (any % length) + 1)]
          .map((sequence, position) => ({ sequence, rank: shuffle[position % (shuffle.length || 1)] ?? 0 }))
          .sort((one, other) => one.rank - other.rank);
        const tracker = fill(order.map(({ sequence }) => sequence));
        expect([tracker.contiguous, tracker.highest, tracker.missing(length, NO_LIMITS)]).toEqual([length, length, []]);
      }),
    );
  });

  it('knows what it holds and what is missing, as a set would', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 })), fc.integer({ min: 0, max: 50 }), (sequences, upTo) => {
        const set = new Set<number>();
        const tracker = new SequenceTracker();
        for (const sequence of sequences) {
          expect(tracker.add(sequence)).toBe(!set.has(sequence));
          set.add(sequence);
        }
        const missing = tracker.missing(upTo, NO_LIMITS).flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, add) => first + add));
        const expected = Array.from({ length: upTo }, (_, position) => position + 1).filter((sequence) => !set.has(sequence));
        expect(missing).toEqual(expected);
        expect(tracker.highest).toBe(Math.max(0, ...set));
        for (let sequence = 1; sequence <= 41; sequence += 1) expect(tracker.has(sequence)).toBe(set.has(sequence));
      }),
    );
  });

  it('goes on from what the database holds', () => {
    const tracker = new SequenceTracker(5, [{ first: 6, last: 7 }, { first: 9, last: 9 }]);
    expect([tracker.contiguous, tracker.highest]).toEqual([7, 9]);
    tracker.add(8);
    expect(tracker.contiguous).toBe(9);
  });

  it('names no more than a request may, lowest first', () => {
    const tracker = fill([3, 6, 9]);
    expect(tracker.missing(12, { ranges: 2, numbers: 100 })).toEqual([{ first: 1, last: 2 }, { first: 4, last: 5 }]);
    expect(tracker.missing(12, { ranges: 100, numbers: 3 })).toEqual([{ first: 1, last: 2 }, { first: 4, last: 4 }]);
    expect(tracker.missing(2 ** 52, { ranges: 100, numbers: 10_000 }).at(-1)).toEqual({ first: 10, last: 10_003 });
  });
});
