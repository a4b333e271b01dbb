import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FOLLOW_INTERVAL_MS, LookupSchedule } from './lookup.schedule.js';

const silent = { info: () => undefined, warn: () => undefined };

describe('LookupSchedule', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('holds the ledger before it has started, and follows it afterwards', async () => {
    let rounds = 0;
    const schedule = new LookupSchedule({ appliedIndex: 0, catchUp: () => Promise.resolve(void (rounds += 1)) }, silent);
    await schedule.start();
    expect(rounds).toBe(1);
    await vi.advanceTimersByTimeAsync(3 * FOLLOW_INTERVAL_MS);
    expect(rounds).toBe(4);
    await schedule.stop();
    await vi.advanceTimersByTimeAsync(3 * FOLLOW_INTERVAL_MS);
    expect(rounds).toBe(4);
  });

  it('does not start on a ledger that cannot be read', async () => {
    const schedule = new LookupSchedule({ appliedIndex: -1, catchUp: () => Promise.reject(new Error('gone')) }, silent);
    await expect(schedule.start()).rejects.toThrow('gone');
  });

  it('reports an outage once and goes on', async () => {
    const messages: string[] = [];
    const log = { info: (_: object, message: string) => messages.push(message), warn: (_: object, message: string) => messages.push(message) };
    let down = false;
    const schedule = new LookupSchedule({ appliedIndex: 5, catchUp: () => (down ? Promise.reject(new Error('gone')) : Promise.resolve()) }, log);
    await schedule.start();
    down = true;
    await vi.advanceTimersByTimeAsync(5 * FOLLOW_INTERVAL_MS);
    expect(messages).toHaveLength(2);
    down = false;
    await vi.advanceTimersByTimeAsync(FOLLOW_INTERVAL_MS);
    expect(messages).toHaveLength(3);
    await schedule.stop();
  });
});
