import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Reachability, REACHABILITY_MS } from './reachability.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Reachability', () => {
  it('asks the local system once for everybody who is content with the last few seconds', async () => {
    let asked = 0;
    let isThere = true;
    const reachability = new Reachability(async () => {
      asked += 1;
      return isThere;
    });
    expect(await Promise.all([reachability.recent(), reachability.recent(), reachability.recent()])).toEqual([true, true, true]);
    expect(asked).toBe(1);
    isThere = false;
    vi.advanceTimersByTime(REACHABILITY_MS);
    expect(await reachability.recent()).toBe(true);
    vi.advanceTimersByTime(1);
    expect(await reachability.recent()).toBe(false);
    expect(asked).toBe(2);
  });

  it('tells whoever is content with less what was asked last', async () => {
    const answers = [true, false];
    const reachability = new Reachability(async () => answers.shift() ?? true);
    expect(await reachability.recent()).toBe(true);
    expect(await reachability.ask()).toBe(false);
    expect(await reachability.recent()).toBe(false);
    expect(answers).toEqual([]);
  });
});
