import { describe, expect, it } from 'vitest';
import { chooseProcesses } from './machine.js';

const GIB = 2 ** 30;

describe('chooseProcesses', () => {
  it.each([
    [2, 16 * GIB, 1],
    [8, 16 * GIB, 4],
    [128, 512 * GIB, 32],
    [16, 2 * GIB, 3],
    [1, GIB / 8, 1],
  ])('of %i processors and %i free bytes takes what both allow', (processors, free, expected) => {
    expect(chooseProcesses(32, processors, free)).toBe(expected);
  });
});
