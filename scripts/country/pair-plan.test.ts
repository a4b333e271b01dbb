import { describe, expect, it } from 'vitest';
import { ALL_PROVINCES } from '../../deploy/embedded/province-seat.js';
import { planPairs } from './pair-plan.js';

const pairs = planPairs(ALL_PROVINCES);

describe('planPairs', () => {
  it('has each of the 992 ordered pairs of 32 provinces once, and nobody at home', () => {
    expect(pairs).toHaveLength(992);
    expect(new Set(pairs.map(({ from, to }) => `${from.code}>${to.code}`)).size).toBe(992);
    expect(pairs.filter(({ from, to }) => from === to)).toEqual([]);
  });

  it('shows all three colours of every province and to every province, most of them green', () => {
    for (const { code } of ALL_PROVINCES) {
      for (const side of ['from', 'to'] as const) {
        const colours = pairs.filter((pair) => pair[side].code === code).map(({ colour }) => colour);
        expect([...new Set(colours)].sort()).toEqual(['green', 'red', 'yellow']);
        expect(colours.filter((colour) => colour === 'green').length).toBeGreaterThan(colours.length / 2);
      }
    }
  });

  it('asks no province twice in a row', () => {
    expect(pairs.filter(({ from }, place) => from === pairs[place + 1]?.from)).toEqual([]);
  });
});
