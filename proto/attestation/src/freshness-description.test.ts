import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { NOW } from './attestation.fixture.js';
import { decideVerdict, describeFreshness, type FreshnessFacts, type SourceFacts } from './verdict.js';
import { CHECKPOINT_CLASSES, FRESHNESS_LIMITS, FRESHNESS_POLICY, TEST_AGE_LIMITS, type CheckpointClass, type FreshnessLimits } from './verdict-policy.js';

const HOUR = 3600;

const facts = (changes: Partial<FreshnessFacts> = {}): FreshnessFacts => ({ kind: 'health-status', since: NOW - 900 * HOUR, knownAt: NOW - HOUR, source: undefined, ...changes });
const source = (knownAt: number): SourceFacts => ({ standing: 'admitted', superseded: false, suspended: false, knownAt, expiresAt: Infinity, keyRevoked: false });
const everywhere = (limits: FreshnessLimits): Readonly<Record<CheckpointClass, FreshnessLimits>> => ({ general: limits, transport: limits, medical: limits, 'key-place': limits });
const verdictOf = (changes: Partial<FreshnessFacts>, checkpoint: CheckpointClass, now = NOW) =>
  decideVerdict(
    { ...facts(changes), standing: 'admitted', superseded: false, suspended: false, conflict: false, ruleRegistered: true, keyRevoked: false, status: '00', reason: '', expiresAt: Infinity },
    checkpoint, now,
  );

describe('describeFreshness', () => {
  it.each([
    [HOUR, 24 * HOUR],
    [24 * HOUR, 24 * HOUR],
    [24 * HOUR + 1, 48 * HOUR],
    [48 * HOUR + 1, 168 * HOUR],
  ])('of a status known %i seconds ago says up to which age its grade holds', (ageSeconds, limitSeconds) => {
    expect(describeFreshness(facts({ knownAt: NOW - ageSeconds }), 'general', NOW)).toEqual({ ageSeconds, limitSeconds });
  });

  it('says only the age of what has expired: nothing comes after it', () => {
    expect(describeFreshness(facts({ knownAt: NOW - 168 * HOUR - 1 }), 'general', NOW)).toEqual({ ageSeconds: 168 * HOUR + 1 });
  });

  it('has nothing to say of a time that is none, or lies ahead of the tolerance', () => {
    expect(describeFreshness(facts({ knownAt: Number.NaN }), 'general', NOW)).toBeUndefined();
    expect(describeFreshness(facts({ knownAt: NOW + 121 }), 'general', NOW)).toBeUndefined();
    expect(describeFreshness(facts({ knownAt: NOW + 120 }), 'general', NOW)).toEqual({ ageSeconds: 0, limitSeconds: 24 * HOUR });
  });

  it('of a converted statement looks at its source where that is older', () => {
    expect(describeFreshness(facts({ source: source(NOW - 30 * HOUR) }), 'general', NOW)).toEqual({ ageSeconds: 30 * HOUR, limitSeconds: 48 * HOUR });
  });

  it('of a test looks at its sample, by the limit of samples', () => {
    const test = facts({ kind: 'nucleic-acid-test', since: NOW - 5 * HOUR });
    for (const checkpoint of CHECKPOINT_CLASSES) expect(describeFreshness(test, checkpoint, NOW)).toEqual({ ageSeconds: 5 * HOUR, limitSeconds: TEST_AGE_LIMITS[checkpoint] });
  });

  it('and the verdict tell of one grade, whatever the facts', () => {
    const anyAge = fc.integer({ min: -300, max: 1000 * HOUR });
    fc.assert(
      fc.property(anyAge, fc.constantFrom(...CHECKPOINT_CLASSES), (age, checkpoint) => {
        const { freshness } = verdictOf({ knownAt: NOW - age }, checkpoint);
        const described = describeFreshness(facts({ knownAt: NOW - age }), checkpoint, NOW);
        if (freshness === 'unknown') expect(described).toBeUndefined();
        else expect(described?.limitSeconds).toBe(freshness === 'expired' ? undefined : FRESHNESS_LIMITS[checkpoint][freshness]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the limits of a published policy', () => {
  const strict = everywhere({ fresh: 60, ageing: 120, stale: 180 });

  it('are those in force where the caller holds none', () => {
    expect(FRESHNESS_POLICY).toEqual({ version: 1, limits: FRESHNESS_LIMITS });
    for (const checkpoint of CHECKPOINT_CLASSES) {
      expect(verdictOf({ limits: FRESHNESS_POLICY.limits }, checkpoint)).toBe(verdictOf({}, checkpoint));
    }
  });

  it('grade a status, and are told', () => {
    expect(verdictOf({ limits: strict, knownAt: NOW - 121 }, 'general')).toMatchObject({ freshness: 'stale', advice: 'try-again' });
    expect(describeFreshness(facts({ limits: strict, knownAt: NOW - 121 }), 'general', NOW)).toEqual({ ageSeconds: 121, limitSeconds: 180 });
  });

  it('do not grade the age of a sample', () => {
    const test = facts({ kind: 'nucleic-acid-test', since: NOW - HOUR, limits: strict });
    expect(describeFreshness(test, 'general', NOW)).toEqual({ ageSeconds: HOUR, limitSeconds: TEST_AGE_LIMITS.general });
  });

  it('let no checkpoint turn anybody away from care for staleness alone', () => {
    expect(verdictOf({ knownAt: NOW - 8 * 24 * HOUR }, 'medical')).toMatchObject({ freshness: 'stale', advice: 'allow' });
    expect(verdictOf({ knownAt: NOW - 8 * 24 * HOUR }, 'transport')).toMatchObject({ freshness: 'expired', advice: 'try-again' });
  });
});
