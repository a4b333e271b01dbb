import { describe, expect, it } from 'vitest';
import { PROVINCE_FIXTURE } from './province-fixture-schema.js';
import { inputsOf } from './report-inputs.js';

const golden = (['00', '01', '10'] as const).map((status) => ({ name: `of-${status}`, record: { status } }));

describe('inputsOf', () => {
  it('counts what is played with ports, and names people by their records alone', () => {
    const fixture = PROVINCE_FIXTURE.parse({
      format: 1, golden: [...golden, { name: 'waiting', record: { availability: 'pending' } }].map((one) => ({ ...one, local: { value: 'a-value' } })),
      unknownValues: ['purple', ''], unknownAnswers: [{ name: 'on-the-way', find: 'green', with: 'violet' }], expired: { ages: ['2d'], codes: ['an-old-code'] }, foreignCodes: ['a-foreign-code'],
    });
    expect(inputsOf(fixture)).toEqual({
      ports: true, golden: [{ name: 'of-00', expected: '00' }, { name: 'of-01', expected: '01' }, { name: 'of-10', expected: '10' }, { name: 'waiting', expected: 'pending' }],
      unknownValues: 2, unknownAnswers: ['on-the-way'], foreignCodes: 1, expiredAges: ['2d'], expiredCodes: 1,
    });
    expect(JSON.stringify(inputsOf(fixture))).not.toMatch(/a-value|an-old-code|a-foreign-code/);
  });

  it('counts without ports only what can be played without them', () => {
    const fixture = PROVINCE_FIXTURE.parse({
      format: 1, ports: false, golden: golden.map((one) => ({ ...one, codes: ['a-code'] })),
      unknownValues: ['purple'], unknownAnswers: [{ name: 'purple', find: 'green', with: 'violet' }], expired: { ages: ['2d'], codes: ['an-old-code'] }, foreignCodes: ['a-foreign-code'],
    });
    expect(inputsOf(fixture)).toMatchObject({ ports: false, unknownValues: 0, unknownAnswers: ['purple'], expiredAges: [], expiredCodes: 1 });
  });
});
