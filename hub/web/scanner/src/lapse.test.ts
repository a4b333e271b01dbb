import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RESULT_LASTS_MS, watchLapse } from './lapse.js';

const AT = Date.UTC(2026, 0, 1);
let lapses: number;
const count = (): void => void (lapses += 1);

beforeEach(() => {
  lapses = 0;
  vi.useFakeTimers({ now: AT });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('watchLapse', () => {
  it('tells once, after a minute and not before', () => {
    watchLapse(count);
    vi.advanceTimersByTime(RESULT_LASTS_MS - 1);
    expect(lapses).toBe(0);
    vi.advanceTimersByTime(RESULT_LASTS_MS * 3);
    expect(lapses).toBe(1);
  });

  it.each([['the device slept', RESULT_LASTS_MS], ['the clock was set back', -3_600_000]])('tells at once where %s', (_, passed) => {
    watchLapse(count);
    vi.setSystemTime(AT + passed);
    vi.advanceTimersByTime(1000);
    expect(lapses).toBe(1);
  });

  it('tells nothing of a result that is gone', () => {
    watchLapse(count)();
    vi.advanceTimersByTime(RESULT_LASTS_MS * 2);
    expect(lapses).toBe(0);
  });
});
