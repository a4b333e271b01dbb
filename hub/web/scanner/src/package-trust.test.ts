import { describe, expect, it } from 'vitest';
import { isOvertaken, type PackageTrust } from './package-trust.js';

const text = (version: number): string => JSON.stringify({ signatures: [], signed: { version } });
const trust = (root: number, timestamp?: number): PackageTrust => ({ root: text(root), ...(timestamp === undefined ? {} : { timestamp: text(timestamp) }) });

describe('isOvertaken', () => {
  it.each<[string, PackageTrust | undefined, PackageTrust, boolean]>([
    ['nothing is held', undefined, trust(1, 5), false],
    ['the same is held', trust(1, 5), trust(1, 5), false],
    ['another page holds a later timestamp', trust(1, 6), trust(1, 5), true],
    ['another page holds a later root', trust(2), trust(1, 9), true],
    ['a new root begins its timestamps anew', trust(1, 9), trust(2, 1), false],
    ['a new root has no timestamp yet', trust(1, 9), trust(2), false],
  ])('where %s', (_, held, next, expected) => {
    expect(isOvertaken(held, next)).toBe(expected);
  });
});
