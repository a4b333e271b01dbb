import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOW } from './attestation.fixture.js';
import { CANARY_VALUES } from './canary.js';
import { decideVerdict, type VerdictFacts } from './verdict.js';
import { anyCheckpoint, DAY, facts, factsOf, HOUR } from './verdict.fixture.js';
import { CHECKPOINT_CLASSES, TEST_AGE_LIMITS, type CheckpointClass } from './verdict-policy.js';

describe('decideVerdict, of a test', () => {
  const test = (changes: Partial<VerdictFacts> = {}) => facts({ kind: 'nucleic-acid-test', status: 'negative', ...changes });
  const limits: readonly (readonly [CheckpointClass, number])[] = [
    ['general', 72 * HOUR],
    ['transport', 48 * HOUR],
    ['medical', 7 * DAY],
    ['key-place', 24 * HOUR],
  ];

  for (const [checkpoint, limit] of limits) {
    it(`takes a sample for what it is to the published age: ${checkpoint}`, () => {
      expect(TEST_AGE_LIMITS[checkpoint]).toBe(limit);
      expect(decideVerdict(test({ since: NOW - limit }), checkpoint, NOW)).toEqual({
        status: 'none',
        stated: 'negative',
        recognition: 'recognised',
        freshness: 'fresh',
        advice: 'check-status',
      });
      expect(decideVerdict(test({ since: NOW - limit - 1 }), checkpoint, NOW)).toMatchObject({ recognition: 'recognised', freshness: 'expired', advice: 'ask-person' });
    });
  }

  it('counts the age of the sample, and not that of the feed', () => {
    expect(decideVerdict(test({ since: NOW - DAY, knownAt: NOW - 30 * DAY }), 'general', NOW).advice).toBe('check-status');
    expect(decideVerdict(test({ since: NOW - 30 * DAY, knownAt: NOW }), 'general', NOW).advice).toBe('ask-person');
    expect(decideVerdict(test({ since: NOW + DAY }), 'general', NOW)).toMatchObject({ freshness: 'unknown', advice: 'ask-person' });
  });

  it('sends any other result to the local procedure at any age', () => {
    for (const status of ['positive', 'inconclusive'] as const) {
      for (const checkpoint of CHECKPOINT_CLASSES) {
        for (const since of [NOW, NOW - 6 * DAY, NOW - 300 * DAY, NOW + DAY]) {
          expect(decideVerdict(test({ status, since }), checkpoint, NOW)).toMatchObject({ status: 'none', stated: status, advice: 'local-procedure' });
        }
      }
    }
  });

  it('never allows and never shows a colour', () => {
    fc.assert(
      fc.property(factsOf('nucleic-acid-test'), anyCheckpoint, (someFacts, checkpoint) => {
        const verdict = decideVerdict(someFacts, checkpoint, NOW);
        expect(verdict.status).toBe('none');
        expect(verdict.advice).not.toBe('allow');
      }),
      { numRuns: 5000 },
    );
  });
});

describe('decideVerdict, of a canary', () => {
  const canary = (changes: Partial<VerdictFacts> = {}) => facts({ kind: 'canary', status: 'canary-green', ...changes });

  it('recognises what it plays, shows no colour and has its holder asked', () => {
    for (const status of CANARY_VALUES) {
      expect(decideVerdict(canary({ status }), 'general', NOW)).toEqual({ status: 'none', stated: status, recognition: 'recognised', freshness: 'fresh', advice: 'ask-person' });
    }
    expect(decideVerdict(canary({ superseded: true }), 'general', NOW).recognition).toBe('superseded');
    expect(decideVerdict(canary({ expiresAt: NOW }), 'general', NOW).recognition).toBe('expired');
    expect(decideVerdict(canary({ ruleRegistered: false }), 'general', NOW).recognition).toBe('no-rule');
    expect(decideVerdict(canary({ standing: 'suspended' }), 'general', NOW).recognition).toBe('issuer-suspended');
  });

  it('gives no verdict on a colour under its kind, nor on its words under that of colours', () => {
    expect(decideVerdict(canary({ status: '00' }), 'general', NOW)).toMatchObject({ stated: 'none', recognition: 'no-status' });
    expect(decideVerdict(facts({ status: 'canary-green' }), 'general', NOW)).toMatchObject({ status: 'none', recognition: 'no-status' });
  });

  it('never allows and never shows a colour, whatever is known, at any class', () => {
    fc.assert(
      fc.property(factsOf('canary'), anyCheckpoint, (someFacts, checkpoint) => {
        const verdict = decideVerdict(someFacts, checkpoint, NOW);
        expect(verdict.status).toBe('none');
        expect(verdict.advice).not.toBe('allow');
      }),
      { numRuns: 5000 },
    );
  });
});
