import { describe, expect, it } from 'vitest';
import { UsedProofs } from './used-proofs.js';

const NOW = 1_790_000_000;
const codeOf = (run: () => void): unknown => {
  try {
    run();
    return 'taken';
  } catch (error) {
    return (error as { readonly code?: unknown }).code;
  }
};

describe('UsedProofs', () => {
  it('takes a proof of a device once, and one of the same name of another device', () => {
    const used = new UsedProofs();
    used.use('one', 'a', NOW);
    expect(codeOf(() => used.use('one', 'a', NOW + 120))).toBe('DEVICE_PROOF_REPLAYED');
    expect(codeOf(() => used.use('other', 'a', NOW))).toBe('taken');
    expect(codeOf(() => used.use('one', 'b', NOW))).toBe('taken');
  });

  it('forgets a proof once its time is over, whichever side of the clock it was on', () => {
    const used = new UsedProofs();
    used.use('one', 'a', NOW);
    expect(codeOf(() => used.use('one', 'a', NOW + 122))).toBe('taken');
  });

  it('refuses a device more than it can remember, and that device alone', () => {
    const used = new UsedProofs();
    for (let each = 0; each < 20_000; each += 1) used.use('one', String(each), NOW);
    expect(codeOf(() => used.use('one', 'more', NOW))).toBe('RATE_LIMIT_EXCEEDED');
    expect(codeOf(() => used.use('other', 'more', NOW))).toBe('taken');
    expect(codeOf(() => used.use('one', 'more', NOW + 200))).toBe('taken');
  });

  it('keeps nothing of devices that have been quiet', () => {
    const used = new UsedProofs();
    for (let each = 0; each < 100; each += 1) used.use(`device ${String(each)}`, 'a', NOW);
    used.use('one', 'a', NOW + 300);
    expect(used.size).toBe(1);
  });
});
