import { describe, expect, it } from 'vitest';
import {
  endOfChinaDay,
  formatChinaTime,
  formatShortChinaTime,
  parseChinaTime,
  parseShortChinaTime,
} from './china-time.js';

const NEW_YEAR = Date.UTC(2021, 11, 31, 16, 0, 0); // 2022-01-01 00:00:00 in Asia/Shanghai
const refusal = expect.objectContaining({ code: 'LOCAL_ANSWER_INVALID' }) as Error;

describe('parseChinaTime', () => {
  it('reads Asia/Shanghai, eight hours ahead', () => {
    expect(parseChinaTime('2022-01-01 00:00:00')).toBe(NEW_YEAR / 1000);
    expect(formatChinaTime(NEW_YEAR)).toBe('2022-01-01 00:00:00');
  });

  it.each([
    '2022-02-30 00:00:00',
    '2022-13-01 00:00:00',
    '2022-01-01 24:00:00',
    '2022-01-01',
    '2022-01-01T00:00:00',
    '',
    '2022-01-01 00:00:00 ',
  ])('refuses %j', (text) => {
    expect(() => parseChinaTime(text)).toThrow(refusal);
  });
});

describe('parseShortChinaTime', () => {
  it('takes the latest such moment that is not ahead', () => {
    const now = NEW_YEAR / 1000 + 60;
    expect(parseShortChinaTime('01-01 00:00', now)).toBe(NEW_YEAR / 1000);
    expect(parseShortChinaTime('12-31 23:59', now)).toBe(NEW_YEAR / 1000 - 60);
    expect(parseShortChinaTime('06-01 08:00', now)).toBe(Date.UTC(2021, 5, 1) / 1000);
  });

  it('forgives a clock that runs a little ahead over the end of a year', () => {
    expect(parseShortChinaTime('01-01 00:00', NEW_YEAR / 1000 - 30)).toBe(NEW_YEAR / 1000);
  });

  it('finds 29 February in the last leap year', () => {
    expect(parseShortChinaTime('02-29 12:00', NEW_YEAR / 1000)).toBe(Date.UTC(2020, 1, 29, 4) / 1000);
  });

  it.each(['02-30 00:00', '1-1 00:00', '01-01 24:00', '', '01-01 00:00:00'])('refuses %j', (text) => {
    expect(() => parseShortChinaTime(text, NEW_YEAR / 1000)).toThrow(refusal);
  });
});

describe('endOfChinaDay', () => {
  it('is the first moment of the next day in Asia/Shanghai', () => {
    expect(endOfChinaDay(NEW_YEAR - 1)).toBe(NEW_YEAR);
    expect(endOfChinaDay(NEW_YEAR)).toBe(NEW_YEAR + 86_400_000);
    expect(formatShortChinaTime(endOfChinaDay(NEW_YEAR) - 1)).toBe('01-01 23:59');
  });
});
