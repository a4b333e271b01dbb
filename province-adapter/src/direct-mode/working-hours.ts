import { endOfChinaDay } from '../local-format/china-time.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * 工作时间 in Asia/Shanghai. Ours: the rule that counts in them does not say which they are. Every day of the week, because a
 * colour keeps people from a train on a Sunday too.
 */
export const WORKING_HOURS = { from: 9, to: 18 } as const;

/** The moment by which so many working hours have passed. @param epochMs milliseconds since the epoch */
export function addWorkingHours(epochMs: number, hours: number): number {
  let left = hours * HOUR_MS;
  for (let midnight = endOfChinaDay(epochMs) - DAY_MS; ; midnight += DAY_MS) {
    const from = Math.max(epochMs, midnight + WORKING_HOURS.from * HOUR_MS);
    const today = Math.max(0, midnight + WORKING_HOURS.to * HOUR_MS - from);
    if (left <= today) return from + left;
    left -= today;
  }
}

/** That hour of the next day in Asia/Shanghai, in milliseconds since the epoch. */
export function nextDayAt(epochMs: number, hour: number): number {
  return endOfChinaDay(epochMs) + hour * HOUR_MS;
}
