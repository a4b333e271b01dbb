import { describe, expect, it } from 'vitest';
import { figureBeside, median, percentile, reachesAim } from './figure.js';

describe('median', () => {
  it('takes the middle of an odd number of rounds', () => {
    expect(median([30, 10, 20])).toBe(20);
  });
});

describe('percentile', () => {
  it('takes the value that 99 of 100 stay below', () => {
    expect(percentile(Array.from({ length: 100 }, (_, at) => at), 0.99)).toBe(99);
  });
});

describe('reachesAim', () => {
  it('compares the ratio where there is a floor', () => {
    expect(reachesAim(figureBeside('a', '/s', 90, 100, '>= 0.85'))).toBe(true);
    expect(reachesAim(figureBeside('a', '/s', 80, 100, '>= 0.85'))).toBe(false);
    expect(reachesAim(figureBeside('a', 'ms', 16, 10, '<= 1.5'))).toBe(false);
  });

  it('compares the value where there is none, and says nothing without an aim', () => {
    expect(reachesAim({ name: 'a', unit: '/s', value: 250_000, aim: '>= 200000' })).toBe(true);
    expect(reachesAim({ name: 'a', unit: '/s', value: 1 })).toBeUndefined();
  });
});
