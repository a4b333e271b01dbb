import { describe, expect, it } from 'vitest';
import { FeedState } from './feed-state.js';

const held = (feeds: FeedState, contiguous: number, highest = contiguous): void => {
  feeds.recordPosition({ issuer: '520000', contiguous, highest });
};

describe('FeedState', () => {
  it('knows nothing of an issuer never heard of', () => {
    const feeds = new FeedState();
    expect([feeds.confirmedAt('520000'), feeds.contiguous('520000'), feeds.highest('520000')]).toEqual([0, 0, 0]);
  });

  it('confirms a feed at a heartbeat whose last number is held', () => {
    const feeds = new FeedState();
    held(feeds, 5);
    feeds.recordHeartbeat('520000', 5, 1000);
    expect(feeds.confirmedAt('520000')).toBe(1000);
    feeds.recordHeartbeat('520000', 5, 1002);
    expect(feeds.confirmedAt('520000')).toBe(1002);
  });

  it('confirms nothing by a number that is only announced', () => {
    const feeds = new FeedState();
    held(feeds, 5);
    feeds.recordAnnounced('520000', 7);
    held(feeds, 7);
    expect([feeds.highest('520000'), feeds.confirmedAt('520000')]).toEqual([7, 0]);
  });

  it('makes a gap of a tail that was announced and never came', () => {
    const feeds = new FeedState();
    held(feeds, 5);
    feeds.recordHeartbeat('520000', 8, 1000);
    expect([feeds.highest('520000'), feeds.contiguous('520000'), feeds.confirmedAt('520000')]).toEqual([8, 5, 0]);
  });

  it('confirms as of the heartbeat, not of the refill', () => {
    const feeds = new FeedState();
    feeds.recordHeartbeat('520000', 3, 1000);
    feeds.recordHeartbeat('520000', 6, 1002);
    held(feeds, 4);
    expect(feeds.confirmedAt('520000')).toBe(1000);
    held(feeds, 6);
    expect(feeds.confirmedAt('520000')).toBe(1002);
  });

  it('stays unconfirmed while something before the last number is missing', () => {
    const feeds = new FeedState();
    held(feeds, 2, 9);
    feeds.recordHeartbeat('520000', 9, 1000);
    expect(feeds.confirmedAt('520000')).toBe(0);
  });

  it('confirms an issuer that has issued nothing', () => {
    const feeds = new FeedState();
    feeds.recordHeartbeat('520000', 0, 1000);
    expect(feeds.confirmedAt('520000')).toBe(1000);
  });

  it('follows a feed that is always behind, in bounded memory', () => {
    const feeds = new FeedState();
    for (let beat = 1; beat <= 1000; beat += 1) feeds.recordHeartbeat('520000', beat * 10, beat);
    held(feeds, 5000);
    expect(feeds.confirmedAt('520000')).toBeGreaterThan(0);
    expect(feeds.confirmedAt('520000')).toBeLessThanOrEqual(500);
    held(feeds, 10_000);
    expect(feeds.confirmedAt('520000')).toBe(1000);
  });

  it('takes over what the database says, and never goes back', () => {
    const feeds = new FeedState();
    held(feeds, 7);
    feeds.recordHeld({ issuer: '520000', contiguous: 4, highest: 20, confirmedAt: 900, equivocations: 1, quarantined: 2 });
    feeds.recordSetAside({ issuer: '520000', equivocations: 0, quarantined: 3 });
    expect(feeds.snapshot()).toEqual([{ issuer: '520000', contiguous: 7, highest: 20, confirmedAt: 900, equivocations: 1, quarantined: 3 }]);
  });
});
