import { describe, expect, it } from 'vitest';
import { endOfDay, findTimeFormatProblem, formatTime, parseTime } from './time-format.js';

const ZONE = 'Asia/Shanghai';
const TIME = Date.UTC(2022, 3, 14, 0, 30) / 1000; // 08:30 in Asia/Shanghai

describe('parseTime', () => {
  it.each([
    ['2022-04-14 08:30:00', 'yyyy-MM-dd HH:mm:ss', TIME],
    ['20220414083000', 'yyyyMMddHHmmss', TIME],
    ['2022年4月14日 8:30', "yyyy'年'M'月'd'日' H:mm", TIME],
    ['04/14/2022 08:30 AM', 'MM/dd/yyyy hh:mm a', TIME],
    ['2022-04-14 02:30 +02:00', 'yyyy-MM-dd HH:mm ZZ', TIME],
    ['2022-04-14T08:30:00', 'iso-8601', TIME],
    ['2022-04-14T00:30:00Z', 'iso-8601', TIME],
    [String(TIME), 'epoch-seconds', TIME],
    [`${TIME}999`, 'epoch-milliseconds', TIME],
    ['2022-04-14', 'yyyy-MM-dd', TIME - 8.5 * 3600],
  ])('reads %j by %s', (text, format, expected) => {
    expect(findTimeFormatProblem(format)).toBeUndefined();
    expect(parseTime(text, format, ZONE)).toBe(expected);
  });

  it.each([
    ['2022-02-30 08:30:00', 'yyyy-MM-dd HH:mm:ss'],
    ['2022-04-14', 'yyyy-MM-dd HH:mm:ss'],
    ['2022-04-14 08:30:00 ', 'yyyy-MM-dd HH:mm:ss'],
    ['', 'iso-8601'],
    ['-1', 'epoch-seconds'],
    ['1.5', 'epoch-seconds'],
    ['9'.repeat(16), 'epoch-milliseconds'],
    ['2'.repeat(1000), 'yyyy'],
  ])('refuses %j by %s', (text, format) => {
    expect(() => parseTime(text, format, ZONE)).toThrow(expect.objectContaining({ code: 'LOCAL_ANSWER_INVALID' }) as Error);
  });

  it('reads what formatTime writes', () => {
    for (const format of ['epoch-seconds', 'epoch-milliseconds', 'iso-8601', 'yyyy-MM-dd HH:mm:ss']) expect(parseTime(formatTime(TIME * 1000, format, ZONE), format, ZONE)).toBe(TIME);
  });
});

describe('endOfDay', () => {
  it('is the first moment of the next day in the zone', () => {
    expect(endOfDay(TIME, ZONE)).toBe(Date.UTC(2022, 3, 14, 16) / 1000);
    expect(endOfDay(Date.UTC(2022, 3, 14, 16) / 1000, ZONE)).toBe(Date.UTC(2022, 3, 15, 16) / 1000);
  });
});
