import { describe, expect, it } from 'vitest';
import { findCreditCodeFault, isUnifiedSocialCreditCode } from './unified-social-credit-code.js';

describe('isUnifiedSocialCreditCode', () => {
  it('accepts a code whose check character fits', () => {
    expect(isUnifiedSocialCreditCode('91330106MA27Y4U47R')).toBe(true);
  });

  it.each([
    ['another check character', '91330106MA27Y4U47Q'],
    ['two characters exchanged', '91330106MA27Y4U74R'],
    ['a letter the alphabet leaves out', '91330106MI27Y4U47R'],
    ['lower case', '91330106ma27y4u47r'],
    ['a missing character', '91330106MA27Y4U47'],
    ['a space', '91330106MA27Y4U47R '],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(isUnifiedSocialCreditCode(text)).toBe(false);
  });
});

describe('findCreditCodeFault', () => {
  it('names the check character where it alone is wrong', () => {
    expect(findCreditCodeFault('91330106MA27Y4U47R')).toBeUndefined();
    expect(findCreditCodeFault('91330106MA27Y4U47Q')).toContain('check character');
    for (const text of ['91330106MA27Y4U47', '91330106MI27Y4U47R', '']) expect(findCreditCodeFault(text)).toContain('18 digits and capitals');
  });
});
