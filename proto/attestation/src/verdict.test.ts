import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { NOW } from './attestation.fixture.js';
import { ATTESTED_STATUSES, HEALTH_STATUSES, REASON_NOT_STATED, REASON_WITHDRAWN } from './health-status.js';
import { decideVerdict, gradeFreshness, refuse, type VerdictFacts } from './verdict.js';
import {
  CHECKPOINT_CLASSES,
  FRESHNESS_LIMITS,
  GREEN_ADVICE,
  OTHER_STATUS_ADVICE,
  REFUSAL_ADVICE,
  type CheckpointClass,
  type Freshness,
  type RefusedRecognition,
} from './verdict-policy.js';

const HOUR = 3_600;
const DAY = 24 * HOUR;

const facts = (changes: Partial<VerdictFacts> = {}): VerdictFacts => ({
  standing: 'admitted',
  superseded: false,
  conflict: false,
  ruleRegistered: true,
  status: '00',
  reason: REASON_NOT_STATED,
  expiresAt: NOW + DAY,
  knownAt: NOW,
  ...changes,
});

const anyFacts: fc.Arbitrary<VerdictFacts> = fc.record({
  standing: fc.constantFrom('admitted', 'suspended', 'none'),
  superseded: fc.boolean(),
  conflict: fc.boolean(),
  ruleRegistered: fc.boolean(),
  status: fc.constantFrom(...ATTESTED_STATUSES),
  reason: fc.constantFrom(REASON_NOT_STATED, 'CLOSE_CONTACT', ''),
  expiresAt: fc.oneof(fc.integer({ min: NOW - 60 * DAY, max: NOW + 60 * DAY }), fc.constant(Number.NaN)),
  knownAt: fc.oneof(fc.integer({ min: NOW - 60 * DAY, max: NOW + DAY }), fc.constant(Number.NaN)),
});

const anyCheckpoint = fc.constantFrom(...CHECKPOINT_CLASSES);

describe('decideVerdict', () => {
  it('allows a recognised, fresh green in every class', () => {
    for (const checkpoint of CHECKPOINT_CLASSES) {
      expect(decideVerdict(facts(), checkpoint, NOW)).toEqual({
        status: '00',
        recognition: 'recognised',
        freshness: 'fresh',
        advice: 'allow',
      });
    }
  });

  const steps: readonly (readonly [string, Partial<VerdictFacts>, RefusedRecognition])[] = [
    ['an issuer that is not admitted', { standing: 'none' }, 'no-agreement'],
    ['a suspended issuer', { standing: 'suspended' }, 'issuer-suspended'],
    ['a superseded attestation', { superseded: true }, 'superseded'],
    ['an expired attestation', { expiresAt: NOW }, 'expired'],
    ['a conflict', { conflict: true }, 'conflict'],
    ['an unregistered rule', { ruleRegistered: false }, 'no-rule'],
  ];
  for (const [name, changes, recognition] of steps) {
    it(`does not recognise ${name}, and shows no colour`, () => {
      for (const status of HEALTH_STATUSES) {
        const verdict = decideVerdict(facts({ ...changes, status }), 'general', NOW);
        expect(verdict).toEqual({ status: 'none', recognition, freshness: 'unknown', advice: REFUSAL_ADVICE[recognition] });
      }
    });
  }

  it('never makes a colour or leave to pass of a withdrawal', () => {
    fc.assert(
      fc.property(anyFacts, anyCheckpoint, (someFacts, checkpoint) => {
        const verdict = decideVerdict({ ...someFacts, status: 'none' }, checkpoint, NOW);
        expect(verdict.status).toBe('none');
        expect(verdict.advice).not.toBe('allow');
        expect(verdict.recognition).not.toBe('recognised');
      }),
      { numRuns: 5000 },
    );
  });

  it('says of a withdrawal that there is no status, unless it is itself replaced or too old', () => {
    const withdrawn = facts({ status: 'none', reason: REASON_WITHDRAWN });
    const recognitionOf = (changes: Partial<VerdictFacts>) => decideVerdict({ ...withdrawn, ...changes }, 'general', NOW).recognition;
    expect(recognitionOf({})).toBe('no-status');
    expect(recognitionOf({ conflict: true, ruleRegistered: false })).toBe('no-status');
    expect(recognitionOf({ superseded: true })).toBe('superseded');
    expect(recognitionOf({ expiresAt: NOW })).toBe('expired');
    expect(recognitionOf({ standing: 'suspended' })).toBe('issuer-suspended');
  });

  it('names the first reason in the published order', () => {
    const order = steps.slice(1);
    for (const [index, [, , expected]] of order.entries()) {
      const broken = Object.assign({}, ...order.slice(index).map(([, changes]) => changes)) as Partial<VerdictFacts>;
      expect(decideVerdict(facts(broken), 'general', NOW).recognition).toBe(expected);
    }
  });

  it('recognises until the last second before the expiry', () => {
    expect(decideVerdict(facts({ expiresAt: NOW + 1 }), 'general', NOW).recognition).toBe('recognised');
    expect(decideVerdict(facts({ expiresAt: NOW }), 'general', NOW).recognition).toBe('expired');
    expect(decideVerdict(facts({ expiresAt: Number.NaN }), 'general', NOW).recognition).toBe('expired');
    expect(decideVerdict(facts(), 'general', Number.NaN).recognition).toBe('expired');
  });

  it('sends yellow and red to the local procedure at any age, also where no reason is stated', () => {
    for (const status of ['01', '10'] as const) {
      for (const reason of [REASON_NOT_STATED, 'CLOSE_CONTACT']) {
        for (const age of [0, 3 * DAY, 60 * DAY]) {
          const verdict = decideVerdict(facts({ status, reason, knownAt: NOW - age }), 'medical', NOW);
          expect(verdict).toMatchObject({ status, recognition: 'recognised', advice: 'local-procedure' });
        }
      }
    }
  });

  it('allows a stale green for medical care alone', () => {
    const stale: Readonly<Record<CheckpointClass, number>> = {
      general: 3 * DAY,
      transport: 60 * HOUR,
      medical: 14 * DAY,
      'key-place': 36 * HOUR,
    };
    for (const checkpoint of CHECKPOINT_CLASSES) {
      const verdict = decideVerdict(facts({ knownAt: NOW - stale[checkpoint] }), checkpoint, NOW);
      expect(verdict.freshness).toBe('stale');
      expect(verdict.advice).toBe(checkpoint === 'medical' ? 'allow' : 'try-again');
    }
  });

  it('never allows anything but a recognised green that is fresh enough', () => {
    const enough: Readonly<Record<CheckpointClass, readonly Freshness[]>> = {
      general: ['fresh', 'ageing'],
      transport: ['fresh', 'ageing'],
      medical: ['fresh', 'ageing', 'stale'],
      'key-place': ['fresh', 'ageing'],
    };
    fc.assert(
      fc.property(anyFacts, anyCheckpoint, (someFacts, checkpoint) => {
        const verdict = decideVerdict(someFacts, checkpoint, NOW);
        if (verdict.advice !== 'allow') return;
        expect(verdict).toMatchObject({ status: '00', recognition: 'recognised' });
        expect(enough[checkpoint]).toContain(verdict.freshness);
        const { standing, superseded, conflict, ruleRegistered, status } = someFacts;
        expect([standing, superseded, conflict, ruleRegistered, status]).toEqual(['admitted', false, false, true, '00']);
      }),
      { numRuns: 5000 },
    );
  });

  it('never shows a colour it does not recognise, nor another one than was stated', () => {
    fc.assert(
      fc.property(anyFacts, anyCheckpoint, (someFacts, checkpoint) => {
        const { status, recognition } = decideVerdict(someFacts, checkpoint, NOW);
        expect(status).toBe(recognition === 'recognised' ? someFacts.status : 'none');
      }),
      { numRuns: 5000 },
    );
  });

  it('gives the same verdict for the same facts, and none that a caller could change', () => {
    const verdict = decideVerdict(facts(), 'general', NOW);
    expect(decideVerdict(facts(), 'general', NOW)).toBe(verdict);
    expect(Object.isFrozen(verdict)).toBe(true);
    expect(Object.isFrozen(refuse('conflict'))).toBe(true);
  });
});

describe('refuse', () => {
  for (const recognition of Object.keys(REFUSAL_ADVICE) as RefusedRecognition[]) {
    it(`has no status, no age and never allows: ${recognition}`, () => {
      const verdict = refuse(recognition);
      expect(verdict).toMatchObject({ status: 'none', recognition, freshness: 'unknown' });
      expect(verdict.advice).not.toBe('allow');
    });
  }
});

describe('gradeFreshness', () => {
  const table: readonly (readonly [CheckpointClass, number, number, number])[] = [
    ['general', 24 * HOUR, 48 * HOUR, 7 * DAY],
    ['transport', 24 * HOUR, 48 * HOUR, 72 * HOUR],
    ['medical', 48 * HOUR, 7 * DAY, 31 * DAY],
    ['key-place', 12 * HOUR, 24 * HOUR, 48 * HOUR],
  ];
  for (const [checkpoint, fresh, ageing, stale] of table) {
    it(`grades to the published limits: ${checkpoint}`, () => {
      expect(FRESHNESS_LIMITS[checkpoint]).toEqual({ fresh, ageing, stale });
      const grade = (age: number): Freshness => gradeFreshness(NOW - age, checkpoint, NOW);
      expect([0, fresh, fresh + 1, ageing, ageing + 1, stale, stale + 1].map(grade)).toEqual([
        'fresh',
        'fresh',
        'ageing',
        'ageing',
        'stale',
        'stale',
        'expired',
      ]);
    });
  }

  it('does not grade what it cannot know', () => {
    expect(gradeFreshness(NOW + 120, 'general', NOW)).toBe('fresh');
    expect(gradeFreshness(NOW + 121, 'general', NOW)).toBe('unknown');
    expect(gradeFreshness(Number.NaN, 'general', NOW)).toBe('unknown');
    expect(gradeFreshness(Number.NEGATIVE_INFINITY, 'general', NOW)).toBe('expired');
  });
});

describe('the published tables', () => {
  it('allow green alone, and nothing of unknown or expired age', () => {
    expect(Object.values(OTHER_STATUS_ADVICE)).not.toContain('allow');
    expect(Object.values(REFUSAL_ADVICE)).not.toContain('allow');
    for (const advice of Object.values(GREEN_ADVICE)) {
      expect(advice.unknown).not.toBe('allow');
      expect(advice.expired).not.toBe('allow');
    }
  });
});
