import { describe, expect, it } from 'vitest';
import { findNextState, MEMBER_STATES, MEMBER_STEPS, nextState, type MemberStep, type Standpoint } from './members.js';

const STANDPOINTS: readonly Standpoint[] = ['none', ...MEMBER_STATES];

/** Where every step leads from every state, in the order of the standpoints; `-` is refused. Written out once more, by hand. */
const EXPECTED: Readonly<Record<MemberStep, string>> = {
  //                     none     applied        keys-accepted       conformance-passed  admitted  suspended left
  invite: '              none     applied        -                   -                   -         -         left',
  apply: '               applied  applied        -                   -                   -         -         applied',
  'accept-keys': '       -        keys-accepted  keys-accepted       conformance-passed  admitted  suspended -',
  'pass-conformance': '  -        -              conformance-passed  conformance-passed  admitted  suspended -',
  admit: '               -        -              -                   admitted            -         -         -',
  suspend: '             -        -              -                   -                   suspended -         -',
  resume: '              -        -              -                   -                   -         admitted  -',
  leave: '               -        left           left                left                left      left      -',
  register: '            -        -              -                   -                   admitted  suspended -',
  'get-challenge': '     -        applied        keys-accepted       conformance-passed  admitted  suspended -',
  'renew-certificate': ' -        applied        keys-accepted       conformance-passed  admitted  suspended -',
  'issue-nats-user': '   -        -              -                   -                   admitted  suspended -',
  'invite-checkpoint': ' -        -              -                   -                   admitted  -         -',
  'enrol-checkpoint': '  -        -              -                   -                   admitted  suspended -',
  'revoke-checkpoint': ' -        -              -                   -                   admitted  suspended -',
};

describe('the steps of a member', () => {
  it.each(MEMBER_STEPS)('leads %s where the table says, from every state', (step) => {
    const leads = STANDPOINTS.map((state) => findNextState(state, step) ?? '-');
    expect(leads).toEqual(EXPECTED[step].trim().split(/ +/));
  });

  it('refuses a step that is not open, and names state and step', () => {
    for (const step of MEMBER_STEPS) {
      for (const state of STANDPOINTS) {
        if (findNextState(state, step) !== undefined) continue;
        expect(() => nextState(state, step)).toThrow(expect.objectContaining({ code: 'MEMBERSHIP_STATE_INVALID', message: expect.stringContaining(state) as string }));
        expect(() => nextState(state, step)).toThrow(step);
      }
    }
  });
});
