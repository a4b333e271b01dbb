import { parseIdentityDocument } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { createSyntheticPeople, maskName, maskNumber, syntheticIdNumber } from './synthetic-people.js';

describe('syntheticIdNumber', () => {
  it("has the form, a real date and the check digit of an identity number, and nobody's region", () => {
    const numbers = Array.from({ length: 90 }, (_, index) => syntheticIdNumber('995201', index));
    for (const number of numbers) expect(parseIdentityDocument('01', number).number).toMatch(/^99/);
    expect(new Set(numbers).size).toBe(90);
  });
});

describe('createSyntheticPeople', () => {
  it('gives everybody a name of their own', () => {
    const people = createSyntheticPeople(
      '995201',
      Array.from({ length: 30 }, () => ({})),
    );
    expect(people[0]?.name).toBe('测试甲一');
    expect(people[10]?.name).toBe('测试甲二');
    expect(new Set(people.map(({ name }) => name)).size).toBe(30);
  });
});

describe('masking', () => {
  it('leaves an end or two', () => {
    expect(maskName('测试甲一')).toBe('测***');
    expect(maskNumber('995201190001010014')).toBe('9****************4');
    expect(maskNumber('12')).toBe('**');
  });
});
