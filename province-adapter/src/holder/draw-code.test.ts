import { describe, expect, it } from 'vitest';
import { drawCode } from './draw-code.js';
import { scan } from './holder.fixture.js';

const COMPACT = `CNHC1:${'A1B2C3$%'.repeat(50)}`;

describe('drawCode', () => {
  it.each(['screen', 'paper'] as const)('draws what a decoder reads, for a %s', (carrier) => {
    expect(scan(drawCode(COMPACT, carrier))).toBe(COMPACT);
  });

  it('has a compact code in the alphanumeric mode, and on paper takes more modules for what may be lost', () => {
    expect(drawCode(COMPACT, 'screen').side).toBe(65 + 8);
    expect(drawCode(COMPACT, 'paper').side).toBe(77 + 8);
    expect(drawCode(COMPACT.toLowerCase(), 'screen').side).toBeGreaterThan(65 + 8);
  });

  it('leaves the quiet zone light', () => {
    const { side, path } = drawCode('A', 'screen');
    for (const [, x = '', y = '', length = ''] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
      expect(Math.min(Number(x), Number(y))).toBeGreaterThanOrEqual(4);
      expect(Math.max(Number(x) + Number(length), Number(y) + 1)).toBeLessThanOrEqual(side - 4);
    }
  });
});
