import { describe, expect, it } from 'vitest';
import { withWrongTypes, withoutMasks } from './fault.js';

const WRONG = { unexpected: [0] };

describe('withWrongTypes', () => {
  it('changes every text, number and boolean, wherever it stands', () => {
    expect(withWrongTypes({ code: 0, data: { type: '00', tests: [{ at: '' }], expired: false } })).toEqual({
      code: WRONG, data: { type: WRONG, tests: [{ at: WRONG }], expired: WRONG },
    });
  });

  it('changes the members of one name alone, in JSON within a text too', () => {
    expect(withWrongTypes({ code: '0', type: '00', data: '{"type":"00","usertype":"1"}', note: '{' }, 'type')).toEqual({
      code: '0', type: WRONG, data: JSON.stringify({ type: WRONG, usertype: '1' }), note: '{',
    });
  });
});

describe('withoutMasks', () => {
  it('names the person in full wherever it was masked, in JSON within a text too', () => {
    const person = { name: '测试甲一', documentNumber: '995201190001010014' };
    expect(withoutMasks({ name: '测***', content: '{"card":"9****************4"}', level: '*' }, person)).toEqual({
      name: '测试甲一', content: '{"card":"995201190001010014"}', level: '*',
    });
  });
});
