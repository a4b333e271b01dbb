import { describe, expect, it } from 'vitest';
import { SeenCodes } from './seen-codes.js';

describe('SeenCodes', () => {
  it('says how long ago the same code was there, for a minute', () => {
    const seen = new SeenCodes();
    expect(seen.note('a', 100)).toBeUndefined();
    expect(seen.note('b', 110)).toBeUndefined();
    expect(seen.note('a', 123)).toBe(23);
    // From the last time on, not from the first.
    expect(seen.note('a', 183)).toBe(60);
    expect(seen.note('a', 244)).toBeUndefined();
  });

  it('holds so many codes and no more', () => {
    const seen = new SeenCodes(2);
    for (const code of ['a', 'b', 'c']) seen.note(code, 0);
    expect([seen.note('b', 1), seen.note('c', 1), seen.note('a', 1)]).toEqual([1, 1, undefined]);
  });
});
