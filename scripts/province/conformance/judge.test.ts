import type { VerifiedAttestation } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { judgeGolden, judgeStrange } from './judge.js';
import type { Reply } from './kit-caller.js';

const attested = (changes: Record<string, unknown> = {}): Reply => ({
  kind: 'attested',
  verified: { attestation: { kind: 'health-status', subject: 'somebody', status: '00', sequence: 1, reason: 'REASON_NOT_STATED', rule: { id: 'r', version: '1' }, original: { system: 's', field: 'f', value: 'green' }, ...changes } } as unknown as VerifiedAttestation,
});
const refused = (code: string): Reply => ({ kind: 'refused', code, isSealed: true });

describe('judgeGolden', () => {
  it('finds nothing wrong where every member that is named is so', () => {
    expect(judgeGolden(attested(), { status: '00', rule: { id: 'r', version: '1' }, original: { value: 'green' } }, 'somebody')).toBeUndefined();
  });

  it.each([
    ['another colour', attested({ status: '10' }), 'it states red, and the local system green'],
    ['another person', attested({ subject: 'another' }), 'it is about another person'],
    ['another reason', attested({ reason: 'HOME_OBSERVATION' }), 'reason is "HOME_OBSERVATION" and not "REASON_NOT_STATED"'],
    ['another version of the rule', attested({ rule: { id: 'r', version: '2' } }), 'rule.version is "2" and not "1"'],
    ['another kind', attested({ kind: 'canary', status: 'canary-green' }), 'it states of kind canary, and the local system green'],
    ['no status', { kind: 'no-status', availability: 'pending' } as const, 'no attestation, availability "pending", where the local system states green'],
    ['a refusal', refused('LOCAL_SYSTEM_BUSY'), 'refused with LOCAL_SYSTEM_BUSY, where the local system states green'],
  ])('says what is wrong with %s', (_what, reply, said) => {
    expect(judgeGolden(reply, { status: '00', reason: 'REASON_NOT_STATED', rule: { id: 'r', version: '1' } }, 'somebody')).toBe(said);
  });

  it('takes a colour for somebody who has none as wrong', () => {
    expect(judgeGolden(attested(), { availability: 'pending' }, 'somebody')).toContain('where there is no status');
    expect(judgeGolden({ kind: 'no-status', availability: 'expired' }, { availability: 'pending' }, undefined)).toContain('"expired"');
    expect(judgeGolden({ kind: 'no-status', availability: 'pending' }, { availability: 'pending' }, undefined)).toBeUndefined();
  });
});

describe('judgeStrange', () => {
  const red = { subject: 'somebody', status: '10' };

  it('takes the listed refusals and no others', () => {
    expect(judgeStrange(refused('LOCAL_CODE_INVALID'), { refusal: ['LOCAL_CODE_INVALID'], same: true }, red)).toBeUndefined();
    for (const code of ['ADAPTER_FAILED', 'LOCAL_SYSTEM_UNREACHABLE', '']) expect(judgeStrange(refused(code), { refusal: ['LOCAL_CODE_INVALID'] }, red), code).toContain('something else is wrong');
  });

  it('lets the same person and status pass only where the same is allowed', () => {
    expect(judgeStrange(attested({ status: '10' }), { same: true }, red)).toBeUndefined();
    expect(judgeStrange(attested({ status: '10' }), { refusal: ['LOCAL_CODE_INVALID'] }, red)).toContain('it states red');
  });

  it('never lets green pass for red, nor anybody for somebody else, nor a canary for a person', () => {
    expect(judgeStrange(attested(), { same: true }, red)).toBe('it states green of somebody who is red');
    expect(judgeStrange(attested({ subject: 'another', status: '10' }), { same: true }, red)).toBe('it states red of another person');
    expect(judgeStrange(attested({ kind: 'canary', status: '10' }), { same: true }, red)).toContain('of kind canary');
    expect(judgeStrange(attested(), { same: true })).toContain('it states green');
  });

  it.each<Reply>([{ kind: 'silent' }, { kind: 'nobody' }, { kind: 'invalid', why: 'it does not open' }, { kind: 'reference', subject: 's' }, { kind: 'no-status', availability: 'pending' }])('takes %j for no answer', (reply) => {
    expect(judgeStrange(reply, { refusal: ['LOCAL_CODE_INVALID'], same: true }, red)).toContain('LOCAL_CODE_INVALID');
  });
});
