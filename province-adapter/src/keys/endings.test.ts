import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { EndingWarnings } from './endings.schedule.js';
import { warningDue, type Ending } from './endings.js';

const DAY = 86_400;
const NOW = 1_800_000_000;
const endingIn = (days: number, lifetimeDays?: number): Ending => {
  const endsAt = NOW + days * DAY;
  return { kind: 'certificate', id: '0a', endsAt, ...(lifetimeDays === undefined ? {} : { beganAt: endsAt - lifetimeDays * DAY }) };
};

describe('warningDue', () => {
  it.each([
    [31, undefined], [30, 30], [14.5, 30], [14, 14], [7, 7], [1.1, 7], [1, 1], [0.1, 1], [0, 0], [-3, 0],
  ])('of what ends in %d days', (days, due) => {
    expect([warningDue(endingIn(days), NOW), warningDue(endingIn(days, 90), NOW)]).toEqual([due, due]);
  });

  it('is not at once due for what is made for a short time', () => {
    expect(warningDue(endingIn(30, 30), NOW)).toBeUndefined();
    expect(warningDue(endingIn(14, 30), NOW)).toBe(14);
    expect(warningDue(endingIn(7, 7), NOW)).toBeUndefined();
    expect(warningDue(endingIn(1, 7), NOW)).toBe(1);
  });
});

describe('EndingWarnings', () => {
  it('warns once at each of the days, and lists what ends soonest first', () => {
    const lines: Record<string, unknown>[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) });
    let now = NOW;
    const key: Ending = { kind: 'signing-key', id: 'kid', endsAt: NOW + 40 * DAY };
    const warnings = new EndingWarnings({ read: () => [key, endingIn(8)], now: () => now * 1000, log });
    warnings.warn();
    warnings.warn();
    expect(lines).toMatchObject([{ level: 40, kind: 'certificate', id: '0a', daysLeft: 8 }]);
    expect(warnings.list()).toEqual([
      { kind: 'certificate', id: '0a', endsAt: new Date((NOW + 8 * DAY) * 1000).toISOString(), daysLeft: 8 },
      { kind: 'signing-key', id: 'kid', endsAt: new Date((NOW + 40 * DAY) * 1000).toISOString(), daysLeft: 40 },
    ]);
    now += 10 * DAY;
    warnings.warn();
    expect(lines.slice(1)).toMatchObject([{ level: 40, kind: 'signing-key', daysLeft: 30 }, { level: 50, kind: 'certificate', daysLeft: -2 }]);
  });
});
