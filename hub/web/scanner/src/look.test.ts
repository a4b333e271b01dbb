import { CHECKPOINT_CLASSES, decideVerdict, REFUSAL_ADVICE, refuse, type RefusedRecognition } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import type { CheckResult } from './check-result.js';
import { lookOf } from './look.js';

const recognised = (changes: Partial<CheckResult>): CheckResult => ({ decidedBy: 'package', status: '00', stated: '00', recognition: 'recognised', freshness: 'fresh', advice: 'allow', errorCode: '', kind: 'health-status', ...changes });

describe('lookOf', () => {
  it('shows the three colours by colour, shape, word and sound', () => {
    expect(lookOf(recognised({}))).toMatchObject({ tone: 'green', shape: 'circle-check', sound: 'pass', word: { en: 'GREEN' } });
    expect(lookOf(recognised({ status: '01', advice: 'local-procedure' }))).toMatchObject({ tone: 'yellow', shape: 'triangle', sound: 'caution', word: { en: 'YELLOW' } });
    expect(lookOf(recognised({ status: '10', advice: 'local-procedure' }))).toMatchObject({ tone: 'red', shape: 'square', sound: 'stop', word: { en: 'RED' } });
  });

  it('shows green only where the advice is to let pass', () => {
    for (const advice of ['local-procedure', 'ask-person', 'try-again', 'check-status'] as const) {
      expect(lookOf(recognised({ advice, freshness: 'stale' }))).toMatchObject({ tone: 'grey', shape: 'diamond-pause', sound: 'refused', isGreenHeld: true, word: { en: 'TOO OLD' } });
    }
    expect(lookOf(recognised({ advice: 'local-procedure', policy: { id: 'p', version: 1 } })).word.en).toBe('LOCAL RULE');
    expect(lookOf(recognised({ advice: 'try-again', freshness: 'unknown', errorCode: 'STATUS_LIST_MISSING' })).word.en).toBe('STATUS LIST MISSING');
    expect(lookOf(recognised({ advice: 'try-again', freshness: 'unknown' })).word.en).toBe('NOT CONFIRMED');
  });

  it('shows nothing that is refused as a colour, each with a word of its own', () => {
    const refused = Object.keys(REFUSAL_ADVICE) as RefusedRecognition[];
    const looks = refused.map((recognition) => lookOf({ decidedBy: 'package', ...refuse(recognition), errorCode: '' }));
    expect(new Set(looks.map(({ tone }) => tone))).toEqual(new Set(['grey']));
    expect(new Set(looks.map(({ word }) => word.en)).size).toBe(refused.length);
    expect(new Set(looks.map(({ word }) => word.zh)).size).toBe(refused.length);
  });

  it('takes neither a test nor a canary for a colour', () => {
    for (const stated of ['negative', 'positive', 'canary-green', 'canary-red']) {
      expect(lookOf(recognised({ status: 'none', stated, advice: 'check-status' })).tone).toBe('grey');
    }
  });

  it('shows what the published tables decide: green is on the screen exactly where somebody may pass', () => {
    const facts = { kind: 'health-status', standing: 'admitted', source: undefined, superseded: false, suspended: false, conflict: false, ruleRegistered: true, reason: 'REASON_NOT_STATED', since: 0, expiresAt: 1e9, keyRevoked: false, knownAt: 0 } as const;
    for (const status of ['00', '01', '10'] as const) {
      for (const checkpoint of CHECKPOINT_CLASSES) {
        for (const now of [1, 90_000, 200_000, 900_000, 5_000_000]) {
          const verdict = decideVerdict({ ...facts, status }, checkpoint, now);
          expect(lookOf({ decidedBy: 'package', ...verdict, errorCode: '' }).tone === 'green').toBe(verdict.advice === 'allow');
        }
      }
    }
  });
});
