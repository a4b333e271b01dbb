import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import type { Gate } from './offline-gate.js';
import { answersInWords, changesInWords, isRight, requireRight, showAll } from './offline-hour.js';
import { recognisedAs, refusedAs } from './offline-verdict.js';
import { StoryFailure } from './tell.js';

const EXPIRED = refusedAs('expired', 'ATTESTATION_EXPIRED');

/** A gate that lets a code pass until this minute, by itself or by asking. */
function gateUntil(minute: number, packageVersion: number): Gate {
  let clock = 0;
  const answer = (): v1.VerifyCodeResponse => v1.VerifyCodeResponse.create({
    packageVersion,
    verdict: clock < minute
      ? { status: v1.HealthStatus.HEALTH_STATUS_GREEN, recognition: v1.Recognition.RECOGNITION_RECOGNISED, advice: v1.Advice.ADVICE_ALLOW }
      : { recognition: v1.Recognition.RECOGNITION_EXPIRED, advice: v1.Advice.ADVICE_ASK_PERSON, errorCode: 'ATTESTATION_EXPIRED' },
  });
  return {
    checkpoint: { verifyCode: () => Promise.resolve(answer()) } as unknown as v1.Checkpoint,
    state: () => Promise.resolve(v1.GetStateResponse.create()),
    setClock: (minutes) => Promise.resolve(void (clock = minutes)),
    end: () => Promise.resolve(),
  };
}

const end = Math.floor(Date.now() / 1000) + 1800;
const codes = [{ title: 'a green that ends', code: 'x', expected: (now: number) => (now < end ? recognisedAs('green') : EXPIRED) }];

describe('an hour of codes', () => {
  it('is right where each verdict is what has to come at its minute', async () => {
    const gate = gateUntil(30, 5);
    const [first, later] = [await showAll(gate, codes, '110000', 20), await showAll(gate, codes, '110000', 40)];
    expect([...first, ...later].map(isRight)).toEqual([true, true]);
    expect(() => requireRight([...first, ...later])).not.toThrow();
    expect(answersInWords(first)).toMatch(/^✓ a green that ends: .*allow$/);
    expect(changesInWords(later, first)).toContain('ATTESTATION_EXPIRED');
    expect(changesInWords(later, later)).toBe('as before');
  });

  it('is wrong where one code passes that must not', async () => {
    const late = await showAll(gateUntil(60, 5), codes, '110000', 40);
    expect(late.map(isRight)).toEqual([false]);
    expect(() => requireRight(late)).toThrow(StoryFailure);
    expect(answersInWords(late)).toMatch(/^✗/);
  });

  it('is wrong where somebody was asked', async () => {
    expect(() => requireRight([])).not.toThrow();
    expect((await showAll(gateUntil(30, 0), codes, '110000', 0)).map(isRight)).toEqual([false]);
  });
});
