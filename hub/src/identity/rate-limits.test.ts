import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubError } from '../errors.js';
import { RateLimits, type Limits } from './rate-limits.js';

const LIMITS: Limits = {
  verify: { count: 10, perMs: 1000 },
  identityQuery: { count: 2, perMs: 60_000 },
  member: { count: 5, perMs: 1000 },
  enrolment: { count: 1, perMs: 3_600_000 },
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function refusal(act: () => void): HubError {
  try {
    act();
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
  throw new Error('allowed');
}

describe('RateLimits', () => {
  it('allows what is configured, names the limit when it is reached, and says when to ask again', () => {
    const limits = new RateLimits(LIMITS);
    for (let call = 0; call < 5; call += 1) limits.take('member', 'a');
    const error = refusal(() => { limits.take('member', 'a'); });
    expect([error.code, error.message]).toEqual(['RATE_LIMIT_EXCEEDED', 'more than MEMBER_LIMIT allows: 5 a second']);
    expect(error.retryAfterMs).toBe(1000);
    vi.advanceTimersByTime(error.retryAfterMs ?? 0);
    limits.take('member', 'a');
  });

  it('counts callers apart, and kinds apart', () => {
    const limits = new RateLimits(LIMITS);
    limits.take('enrolment', 'a');
    expect(refusal(() => { limits.take('enrolment', 'a'); }).message).toContain('ENROLMENT_LIMIT');
    limits.take('enrolment', 'b');
    limits.take('identityQuery', 'a', 2);
    expect(refusal(() => { limits.take('identityQuery', 'a'); }).message).toContain('IDENTITY_QUERY_LIMIT');
    limits.take('verify', 'a');
  });

  it('takes all or nothing', () => {
    const limits = new RateLimits(LIMITS);
    limits.take('verify', 'a', 7);
    expect(refusal(() => { limits.take('verify', 'a', 4); }).message).toContain('VERIFY_LIMIT');
    limits.take('verify', 'a', 3);
  });

  it('takes everything for what is larger than the limit, so that it is served at all', () => {
    const limits = new RateLimits(LIMITS);
    limits.take('verify', 'a', 1024);
    const { retryAfterMs } = refusal(() => { limits.take('verify', 'a', 1024); });
    expect(retryAfterMs).toBe(1000);
  });

  it('holds no more callers than it says, and forgets the oldest', () => {
    const limits = new RateLimits(LIMITS);
    limits.take('enrolment', 'first');
    for (let caller = 1; caller < 50_000; caller += 1) limits.take('enrolment', String(caller));
    expect(refusal(() => { limits.take('enrolment', 'first'); }).code).toBe('RATE_LIMIT_EXCEEDED');
    limits.take('enrolment', 'one more');
    limits.take('enrolment', 'first');
    expect(refusal(() => { limits.take('enrolment', '49999'); }).code).toBe('RATE_LIMIT_EXCEEDED');
  });
});
