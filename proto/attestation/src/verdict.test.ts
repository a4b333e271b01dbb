import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NOW } from './attestation.fixture.js';
import { HEALTH_STATUSES, REASON_NOT_STATED, REASON_WITHDRAWN } from './health-status.js';
import { KIND_TABLE } from './kind-table.js';
import { TEST_RESULTS } from './test-result.js';
import { decideVerdict, gradeFreshness, knownAtOf, refuse, type VerdictFacts } from './verdict.js';
import { anyCheckpoint, anyFacts, DAY, facts, HOUR, source } from './verdict.fixture.js';
import { CHECKPOINT_CLASSES, FRESHNESSES, FRESHNESS_LIMITS, TEST_ADVICE, GREEN_ADVICE, OTHER_STATUS_ADVICE, REFUSAL_ADVICE, type CheckpointClass, type Freshness, type RefusedRecognition } from './verdict-policy.js';

describe('decideVerdict', () => {
  it('allows a recognised, fresh green in every class', () => {
    for (const checkpoint of CHECKPOINT_CLASSES) {
      expect(decideVerdict(facts(), checkpoint, NOW)).toEqual({
        status: '00',
        stated: '00',
        recognition: 'recognised',
        freshness: 'fresh',
        advice: 'allow',
      });
    }
  });

  const steps: readonly (readonly [string, Partial<VerdictFacts>, RefusedRecognition])[] = [
    ['what was signed with a revoked key', { keyRevoked: true }, 'signature-invalid'],
    ['what was made from a source that was', { source: source({ keyRevoked: true }) }, 'signature-invalid'],
    ['an issuer that is not admitted', { standing: 'none' }, 'no-agreement'],
    ['a suspended issuer', { standing: 'suspended' }, 'issuer-suspended'],
    ['a source whose province is not admitted', { source: source({ standing: 'none' }) }, 'no-agreement'],
    ['a source whose province is suspended', { source: source({ standing: 'suspended' }) }, 'issuer-suspended'],
    ['an expired attestation', { expiresAt: NOW }, 'expired'],
    ['an expired source', { source: source({ expiresAt: NOW }) }, 'expired'],
    ['a superseded attestation', { superseded: true }, 'superseded'],
    ['a superseded source', { source: source({ superseded: true }) }, 'superseded'],
    ['a suspended attestation', { suspended: true }, 'suspended'],
    ['a suspended source', { source: source({ suspended: true }) }, 'suspended'],
    ['a conflict', { conflict: true }, 'conflict'],
    ['an unregistered rule', { ruleRegistered: false }, 'no-rule'],
  ];
  for (const [name, changes, recognition] of steps) {
    it(`does not recognise ${name}, and shows no colour`, () => {
      for (const status of HEALTH_STATUSES) {
        const verdict = decideVerdict(facts({ ...changes, status }), 'general', NOW);
        expect(verdict).toEqual({ status: 'none', stated: 'none', recognition, freshness: 'unknown', advice: REFUSAL_ADVICE[recognition] });
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
    const own = steps.filter(([, changes, recognition]) => !('source' in changes) && recognition !== 'no-agreement');
    expect(own.map(([, , expected]) => expected)).toEqual(['signature-invalid', 'issuer-suspended', 'expired', 'superseded', 'suspended', 'conflict', 'no-rule']);
    for (const [index, [, , expected]] of own.entries()) {
      const broken = Object.assign({}, ...own.slice(index).map(([, changes]) => changes)) as Partial<VerdictFacts>;
      expect(decideVerdict(facts(broken), 'general', NOW).recognition).toBe(expected);
    }
  });

  it('looks at the source beside the statement itself, step by step', () => {
    const recognitionOf = (changes: Partial<VerdictFacts>) => decideVerdict(facts(changes), 'general', NOW).recognition;
    expect(recognitionOf({ source: source() })).toBe('recognised');
    expect(recognitionOf({ source: source({ expiresAt: Infinity }) })).toBe('recognised');
    expect(recognitionOf({ standing: 'suspended', source: source({ standing: 'none' }) })).toBe('issuer-suspended');
    expect(recognitionOf({ superseded: true, source: source({ standing: 'none' }) })).toBe('no-agreement');
    expect(recognitionOf({ expiresAt: NOW, source: source({ superseded: true }) })).toBe('expired');
    expect(recognitionOf({ suspended: true, source: source({ superseded: true }) })).toBe('superseded');
    expect(recognitionOf({ conflict: true, source: source({ expiresAt: NOW }) })).toBe('expired');
    expect(recognitionOf({ source: source({ expiresAt: Number.NaN }) })).toBe('expired');
  });

  it('grades a converted statement by its source, however new it is itself', () => {
    const freshnessOf = (knownAt: number, sourceKnownAt: number): Freshness =>
      decideVerdict(facts({ knownAt, source: source({ knownAt: sourceKnownAt }) }), 'key-place', NOW).freshness;
    expect(freshnessOf(NOW, NOW - 36 * HOUR)).toBe('stale');
    expect(freshnessOf(NOW - 36 * HOUR, NOW)).toBe('stale');
    expect(freshnessOf(NOW, Number.NaN)).toBe('unknown');
    expect(knownAtOf({ knownAt: NOW, source: source({ knownAt: NOW - 5 }) })).toBe(NOW - 5);
    expect(knownAtOf({ knownAt: NOW, source: undefined })).toBe(NOW);
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
        const { kind, standing, superseded, conflict, ruleRegistered, status, source: converted } = someFacts;
        expect([kind, standing, superseded, conflict, ruleRegistered, status]).toEqual(['health-status', 'admitted', false, false, true, '00']);
        if (converted !== undefined) expect([converted.standing, converted.superseded]).toEqual(['admitted', false]);
      }),
      { numRuns: 5000 },
    );
  });

  it('never shows a colour it does not recognise, nor another one than was stated', () => {
    fc.assert(
      fc.property(anyFacts, anyCheckpoint, (someFacts, checkpoint) => {
        const { kind } = someFacts;
        const { status, stated, recognition } = decideVerdict(someFacts, checkpoint, NOW);
        expect(stated).toBe(recognition === 'recognised' ? someFacts.status : 'none');
        expect(status).toBe(kind === 'health-status' ? stated : 'none');
        if (stated !== 'none') expect(KIND_TABLE[kind].values).toContain(stated);
      }),
      { numRuns: 5000 },
    );
  });

  it('gives no verdict on a value that its kind does not have', () => {
    expect(decideVerdict(facts({ status: 'negative' }), 'general', NOW).recognition).toBe('no-status');
    expect(decideVerdict(facts({ kind: 'nucleic-acid-test', status: '00' }), 'general', NOW)).toMatchObject({ stated: 'none', recognition: 'no-status' });
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

  it('say what each result of a test leads to', () => {
    expect(TEST_RESULTS.map((result) => FRESHNESSES.map((freshness) => TEST_ADVICE[result][freshness]))).toEqual([
      ['ask-person', 'check-status', 'check-status', 'ask-person', 'ask-person'],
      FRESHNESSES.map(() => 'local-procedure'),
      FRESHNESSES.map(() => 'local-procedure'),
    ]);
  });
});
