import { describe, expect, it } from 'vitest';
import { formatChinaTime, parseChinaTime } from '../local-format/china-time.js';
import { addWorkingHours, nextDayAt } from './working-hours.js';

const HOUR_MS = 3_600_000;
const at = (text: string): number => parseChinaTime(text) * 1000;

describe('addWorkingHours', () => {
  it.each([
    ['2022-04-01 09:00:00', '2022-04-01 15:00:00'],
    ['2022-04-01 12:00:00', '2022-04-01 18:00:00'],
    ['2022-04-01 12:00:01', '2022-04-02 09:00:01'],
    ['2022-04-01 17:00:00', '2022-04-02 14:00:00'],
    ['2022-04-01 18:00:00', '2022-04-02 15:00:00'],
    ['2022-04-01 23:59:59', '2022-04-02 15:00:00'],
    ['2022-04-02 00:00:00', '2022-04-02 15:00:00'],
    ['2022-04-02 08:59:59', '2022-04-02 15:00:00'],
    // A Saturday and the end of a year are days like others.
    ['2022-12-31 16:30:00', '2023-01-01 13:30:00'],
  ])('has 6 hours from %s pass by %s', (from, to) => {
    expect(formatChinaTime(addWorkingHours(at(from), 6))).toBe(to);
  });

  it('goes over as many days as it takes', () => {
    expect(formatChinaTime(addWorkingHours(at('2022-04-01 10:00:00'), 20))).toBe('2022-04-03 12:00:00');
    expect(formatChinaTime(addWorkingHours(at('2022-04-01 20:00:00'), 0))).toBe('2022-04-01 20:00:00');
  });

  it('ends 6 hours before 18:00 of the next day, whenever they begin', () => {
    for (let begin = at('2022-04-01 00:00:00'); begin < at('2022-04-03 00:00:00'); begin += HOUR_MS / 4) {
      expect(addWorkingHours(begin, 6)).toBeLessThan(nextDayAt(begin, 18));
    }
  });
});
