import { describe, expect, it } from 'vitest';
import { isMaskedName, isMaskedNumber } from './masked.js';

describe('isMaskedName', () => {
  it.each(['测*', '测***', 'T***', `测${'*'.repeat(31)}`])('takes %s for masked', (name) => {
    expect(isMaskedName(name)).toBe(true);
  });

  it.each(['测试甲一', '测试甲*', '测*甲', '*试', '测', '*', '', '测*@b.cn', '测* 测试甲一', '测*\n', '9*', `测${'*'.repeat(32)}`])('takes %j for a name', (name) => {
    expect(isMaskedName(name)).toBe(false);
  });
});

describe('isMaskedNumber', () => {
  it.each(['9****************4', '995201***********X', '995201************', '******************', 'E*******8', '9***4'])('takes %s for masked', (number) => {
    expect(isMaskedNumber(number)).toBe(true);
  });

  it.each([
    ['whole', '995201190001010014'],
    ['whole, but for one character', '99520119000101001*'],
    ['readable but for its birth date', '995201********0014'],
    ['readable but for its sequence', '99520119000101***4'],
    ['readable beyond its region', '9952011**********4'],
    ['hidden at its ends', '*95201190001010014*'],
    ['a passport readable for the most part', 'E123****8'],
    ['followed by the whole number', '9****************4 995201190001010014'],
    ['ended by a line', '9****************4\n'],
    ['nothing', ''],
  ])('takes a number that is %s for a number', (_what, number) => {
    expect(isMaskedNumber(number)).toBe(false);
  });
});
