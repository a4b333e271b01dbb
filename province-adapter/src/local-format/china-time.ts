import { AdapterError } from '../errors.js';

/** Asia/Shanghai has been UTC+8 without summer time since 1991; every local system that was seen writes its clock texts so. */
const OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

const FULL = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/;
const SHORT = /^(\d{2})-(\d{2}) (\d{2}):(\d{2})$/;

function invalid(): AdapterError {
  return new AdapterError('LOCAL_ANSWER_INVALID', 'a time of the local answer is not a time');
}

/** `YYYY-MM-DD HH:mm:ss` in Asia/Shanghai. @param epochMs milliseconds since the epoch */
export function formatChinaTime(epochMs: number): string {
  return new Date(epochMs + OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * `YYYY-MM-DD HH:mm:ss` in Asia/Shanghai to seconds since the epoch.
 *
 * @throws AdapterError `LOCAL_ANSWER_INVALID` for another form or a day that does not exist
 */
export function parseChinaTime(text: string): number {
  if (!FULL.test(text)) throw invalid();
  const epochMs = Date.parse(`${text.replace(' ', 'T')}Z`) - OFFSET_MS;
  // Date.parse rolls 31 April over to 1 May; writing it back shows that.
  if (Number.isNaN(epochMs) || formatChinaTime(epochMs) !== text) throw invalid();
  return epochMs / 1000;
}

/** `MM-dd HH:mm` in Asia/Shanghai, as 健康宝 writes it. @param epochMs milliseconds since the epoch */
export function formatShortChinaTime(epochMs: number): string {
  return formatChinaTime(epochMs).slice(5, 16);
}

/**
 * `MM-dd HH:mm` in Asia/Shanghai to seconds since the epoch. The text names no year: the latest such moment that is not after
 * `now` (plus a day, for a clock that runs ahead) is meant.
 *
 * @param now seconds since the epoch
 * @throws AdapterError `LOCAL_ANSWER_INVALID`
 */
export function parseShortChinaTime(text: string, now: number): number {
  if (!SHORT.test(text)) throw invalid();
  const year = Number(formatChinaTime(now * 1000).slice(0, 4));
  const latest = now + DAY_MS / 1000;
  for (const candidate of [year + 1, year, year - 1, year - 2, year - 3, year - 4]) {
    try {
      const seconds = parseChinaTime(`${candidate}-${text}:00`);
      if (seconds <= latest) return seconds;
    } catch {
      // 29 February exists in one of four of these years.
    }
  }
  throw invalid();
}

/** The end of the day in Asia/Shanghai, in milliseconds since the epoch: the first moment of the next day. */
export function endOfChinaDay(epochMs: number): number {
  return (Math.floor((epochMs + OFFSET_MS) / DAY_MS) + 1) * DAY_MS - OFFSET_MS;
}
