import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { NOW } from './attestation.fixture.js';
import { ATTESTATION_KINDS } from './attestation-kind.js';
import { KIND_TABLE } from './kind-table.js';
import { parseProvinceCode } from './province.js';
import { applyPolicy, findPolicyInForce, isInForce, isRestrictable, type RegionalPolicy } from './recognition-policy.js';
import { decideVerdict, refuse, type Verdict, type VerdictFacts } from './verdict.js';
import { CHECKPOINT_CLASSES, REFUSAL_ADVICE, type Advice, type RefusedRecognition } from './verdict-policy.js';

const [GUIZHOU, BEIJING, SICHUAN] = ['520000', '110000', '510000'].map(parseProvinceCode) as [RegionalPolicy['receiver'], RegionalPolicy['receiver'], RegionalPolicy['receiver']];
const HOUR = 3600;

const policy = (change: Partial<RegionalPolicy> = {}): RegionalPolicy => ({
  id: '110000-1', version: 2, receiver: BEIJING, issuers: [GUIZHOU], effectiveFrom: NOW, effectiveUntil: NOW + HOUR, ...change,
});

const anyTime = fc.integer({ min: NOW - 400 * HOUR, max: NOW + 400 * HOUR });
const anyFacts: fc.Arbitrary<VerdictFacts> = fc.record({
  kind: fc.constantFrom(...ATTESTATION_KINDS),
  standing: fc.constantFrom('admitted', 'suspended', 'none'),
  source: fc.constant(undefined),
  superseded: fc.boolean(),
  suspended: fc.boolean(),
  conflict: fc.boolean(),
  ruleRegistered: fc.boolean(),
  keyRevoked: fc.boolean(),
  status: fc.constantFrom(...ATTESTATION_KINDS.flatMap((kind) => KIND_TABLE[kind].values)),
  reason: fc.constant(''),
  since: anyTime,
  expiresAt: anyTime,
  knownAt: anyTime,
});
const anyVerdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.tuple(anyFacts, fc.constantFrom(...CHECKPOINT_CLASSES)).map(([facts, checkpoint]) => decideVerdict(facts, checkpoint, NOW)),
  fc.constantFrom(...CHECKPOINT_CLASSES).map((checkpoint) =>
    decideVerdict({ kind: 'health-status', standing: 'admitted', source: undefined, superseded: false, suspended: false, conflict: false, ruleRegistered: true, keyRevoked: false, status: '00', reason: '', since: NOW, expiresAt: NOW + 1, knownAt: NOW }, checkpoint, NOW),
  ),
  fc.constantFrom(...(Object.keys(REFUSAL_ADVICE) as RefusedRecognition[])).map(refuse),
);

/** What each piece of advice asks of a person, from the least. */
const SEVERITY: Readonly<Record<Advice, number>> = { allow: 0, 'check-status': 1, 'try-again': 1, 'ask-person': 1, 'local-procedure': 2 };

describe('applyPolicy', () => {
  it('sends a recognised green to the local procedure, and changes nothing else of it', () => {
    fc.assert(
      fc.property(anyVerdict, (verdict) => {
        fc.pre(isRestrictable(verdict));
        expect(applyPolicy(verdict, policy())).toEqual({ ...verdict, advice: 'local-procedure' });
      }),
    );
  });

  it('never loosens a verdict, and touches none but what may pass', () => {
    fc.assert(
      fc.property(anyVerdict, (verdict) => {
        const restricted = applyPolicy(verdict, policy());
        expect(SEVERITY[restricted.advice]).toBeGreaterThanOrEqual(SEVERITY[verdict.advice]);
        expect(restricted.advice).not.toBe('allow');
        if (verdict.advice !== 'allow') expect(restricted).toBe(verdict);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves every verdict to the floor where no regional rule is in force', () => {
    fc.assert(fc.property(anyVerdict, (verdict) => { expect(applyPolicy(verdict, undefined)).toBe(verdict); }));
  });

  it('gives shared verdicts that no caller could change, and gives the same again', () => {
    const green = decideVerdict({ kind: 'health-status', standing: 'admitted', source: undefined, superseded: false, suspended: false, conflict: false, ruleRegistered: true, keyRevoked: false, status: '00', reason: '', since: NOW, expiresAt: NOW + 1, knownAt: NOW }, 'general', NOW);
    const restricted = applyPolicy(green, policy());
    expect(Object.isFrozen(restricted)).toBe(true);
    expect(applyPolicy(green, policy({ id: '110000-2' }))).toBe(restricted);
    expect(applyPolicy(restricted, policy())).toBe(restricted);
  });
});

describe('findPolicyInForce', () => {
  it('is in force from its first second to the last before its end', () => {
    for (const [at, inForce] of [[NOW - 1, false], [NOW, true], [NOW + HOUR - 1, true], [NOW + HOUR, false], [Number.NaN, false]] as const) {
      expect(isInForce(policy(), at)).toBe(inForce);
      expect(findPolicyInForce([policy()], BEIJING, GUIZHOU, at)).toEqual(inForce ? policy() : undefined);
    }
  });

  it('holds in its receiver, and for its issuers alone', () => {
    expect(findPolicyInForce([policy()], GUIZHOU, BEIJING, NOW)).toBeUndefined();
    expect(findPolicyInForce([policy()], SICHUAN, GUIZHOU, NOW)).toBeUndefined();
    expect(findPolicyInForce([policy()], BEIJING, SICHUAN, NOW)).toBeUndefined();
  });

  it('names the one that ends last, whatever the order they are held in', () => {
    const policies = [policy(), policy({ id: '110000-3', effectiveUntil: NOW + 2 * HOUR }), policy({ id: '110000-2', effectiveUntil: NOW + 2 * HOUR })];
    fc.assert(
      fc.property(fc.shuffledSubarray(policies, { minLength: 3 }), (held) => {
        expect(findPolicyInForce(held, BEIJING, GUIZHOU, NOW)?.id).toBe('110000-2');
      }),
    );
  });
});
