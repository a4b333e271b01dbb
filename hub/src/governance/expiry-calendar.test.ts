import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueNotices, NOTICE_DAYS, withinDays, type Expiry } from './expiry-calendar.js';

const NOW = 1_700_000_000;
const DAY = 86_400;
const ending = (expiresAt: number, id = 'kid'): Expiry => ({ province: '520000', kind: 'signing-key', id, expiresAt });
const dueIn = (left: number): number | undefined => dueNotices([ending(NOW + left)], NOW)[0]?.days;

describe('dueNotices', () => {
  it.each<readonly [string, number, number | undefined]>([
    ['a second before 30 days', 30 * DAY + 1, undefined],
    ['at 30 days', 30 * DAY, 30],
    ['a second before 14 days', 14 * DAY + 1, 30],
    ['at 14 days', 14 * DAY, 14],
    ['a second before 7 days', 7 * DAY + 1, 14],
    ['at 7 days', 7 * DAY, 7],
    ['a second before the last day', DAY + 1, 7],
    ['at the last day', DAY, 1],
    ['in the last second', 1, 1],
    ['at the end', 0, undefined],
    ['after the end', -1, undefined],
    ['of no date', Number.NaN, undefined],
  ])('tells %s', (_, left, days) => {
    expect(dueIn(left)).toBe(days);
  });

  it('tells each step once, in order, of whoever looks often enough, and the last ones of whoever looks seldom', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 * 24 }), fc.integer({ min: 1, max: 60 * 24 }), (everyHours, lifeHours) => {
        const end = NOW + lifeHours * 3600;
        const told: number[] = [];
        for (let now = NOW; now < end; now += everyHours * 3600) {
          for (const { days } of dueNotices([ending(end)], now)) if (!told.includes(days)) told.push(days);
        }
        expect(told).toEqual([...told].sort((one, other) => other - one));
        if (everyHours <= 24) expect(told).toEqual([...NOTICE_DAYS].reverse().filter((_, position, steps) => lifeHours > (steps[position + 1] ?? 0) * 24));
      }),
    );
  });
});

describe('withinDays', () => {
  it('lists the soonest first, ended ones included, and everything without a number', () => {
    const calendar = [ending(NOW + 8 * DAY, 'c'), ending(NOW - DAY, 'a'), ending(NOW + 7 * DAY, 'b')];
    expect(withinDays(calendar, 7, NOW).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(withinDays(calendar, 0, NOW).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });
});
