import { describe, expect, it } from 'vitest';
import { DelayWindow, LONGEST_DELAY_MS, WINDOW_SECONDS } from './delay-window.js';
import { Propagation } from './propagation.js';

const NOW = 1_700_000_000_000;

describe('DelayWindow', () => {
  it('gives count, median, 99th percentile and the longest, within a hundredth', () => {
    const window = new DelayWindow();
    for (let delay = 1; delay <= 1000; delay += 1) window.record(delay, NOW);
    const { count, medianMs, p99Ms, maxMs } = window.summarise(NOW);
    expect(count).toBe(1000);
    expect(Math.abs(medianMs - 500) / 500).toBeLessThan(0.01);
    expect(Math.abs(p99Ms - 990) / 990).toBeLessThan(0.01);
    expect(Math.abs(maxMs - 1000) / 1000).toBeLessThan(0.01);
  });

  it('forgets what is older than the window', () => {
    const window = new DelayWindow();
    window.record(7, NOW);
    expect(window.summarise(NOW + (WINDOW_SECONDS - 200) * 1000).count).toBe(1);
    window.record(9, NOW + WINDOW_SECONDS * 500);
    expect(window.summarise(NOW + WINDOW_SECONDS * 1000 + 1).count).toBe(1);
    expect(window.summarise(NOW + 2 * WINDOW_SECONDS * 1000).count).toBe(0);
  });

  it('takes what no clock could have measured for the nearest that one could', () => {
    const window = new DelayWindow();
    window.record(-5000, NOW);
    expect(window.summarise(NOW).maxMs).toBeLessThan(0.01);
    window.record(Number.NaN, NOW);
    expect(window.summarise(NOW).count).toBe(1);
    window.record(1e15, NOW);
    expect(window.summarise(NOW).maxMs).toBeLessThanOrEqual(LONGEST_DELAY_MS * 1.01);
  });

  it('says of nothing that it is nothing', () => {
    expect(new DelayWindow().summarise(NOW)).toEqual({ count: 0, medianMs: 0, p99Ms: 0, maxMs: 0 });
  });
});

describe('Propagation', () => {
  it('keeps the two ways and the provinces apart, and passes over what is no change', () => {
    const propagation = new Propagation(() => NOW);
    propagation.recordOnline('520000', NOW - 40);
    propagation.recordOffline('520000', NOW - 60);
    propagation.recordOnline('110000', NOW - 10);
    propagation.recordOnline('310000', 0);
    expect(propagation.read()).toMatchObject({
      generatedAt: NOW / 1000, windowSeconds: 900,
      provinces: [{ issuer: '110000', online: { count: 1 }, offlineConnected: { count: 0 } }, { issuer: '520000', online: { count: 1 }, offlineConnected: { count: 1 } }],
    });
  });
});
