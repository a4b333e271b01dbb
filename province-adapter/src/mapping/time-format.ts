import { DateTime, IANAZone } from 'luxon';
import { AdapterError } from '../errors.js';

/** Times that need no tokens. */
export const NAMED_TIME_FORMATS = ['epoch-seconds', 'epoch-milliseconds', 'iso-8601'] as const;

/** Luxon's tokens that mean the same on every machine: none that depends on a language or a locale. */
const TOKENS: ReadonlySet<string> = new Set(['yyyy', 'MM', 'M', 'dd', 'd', 'HH', 'H', 'hh', 'h', 'a', 'mm', 'm', 'ss', 's', 'SSS', 'Z', 'ZZ', 'ZZZ']);

/** Longer than any way of writing a time. */
const LONGEST_TIME = 64;

const isNamed = (format: string): format is (typeof NAMED_TIME_FORMATS)[number] => (NAMED_TIME_FORMATS as readonly string[]).includes(format);

/** Whether the zone is one of the IANA time zone database. */
export function isTimeZone(zone: string): boolean {
  return IANAZone.isValidZone(zone);
}

function tokensOf(format: string): readonly string[] {
  return format.replace(/'[^']*'/g, ' ').match(/([A-Za-z])\1*/g) ?? [];
}

/** Why no moment can be read by a format; absent where one can. */
export function findTimeFormatProblem(format: string): string | undefined {
  if (isNamed(format)) return undefined;
  const tokens = tokensOf(format);
  const unknown = tokens.find((token) => !TOKENS.has(token));
  if (unknown !== undefined) return `has the token ${unknown}; write letters that are text between ' and ', and use ${NAMED_TIME_FORMATS.join(', ')} or the tokens ${[...TOKENS].join(' ')}`;
  const has = (...some: readonly string[]): boolean => some.some((token) => tokens.includes(token));
  if (!has('yyyy')) return 'names no year (yyyy)';
  if (!has('MM', 'M')) return has('mm', 'm') ? 'names no month: MM is the month, mm the minute' : 'names no month (MM)';
  if (!has('dd', 'd')) return 'names no day (dd)';
  if (has('hh', 'h') && !has('a')) return 'has an hour of twelve (hh) without morning or afternoon (a); HH is the hour of twenty-four';
  if (has('mm', 'm') && !has('HH', 'H', 'hh', 'h')) return 'names minutes (mm) without an hour (HH)';
  if (has('HH', 'H', 'hh', 'h') && !has('mm', 'm')) return 'names an hour without minutes (mm); MM is the month';
  return undefined;
}

/** Whether a format names days only. */
export function namesDayOnly(format: string): boolean {
  return !isNamed(format) && !tokensOf(format).some((token) => /^[Hh]/.test(token));
}

function parse(text: string, format: string, zone: string): number {
  if (format === 'epoch-seconds' || format === 'epoch-milliseconds') {
    if (!/^\d{1,15}$/.test(text)) return Number.NaN;
    return format === 'epoch-seconds' ? Number(text) * 1000 : Number(text);
  }
  const time = format === 'iso-8601' ? DateTime.fromISO(text, { zone }) : DateTime.fromFormat(text, format, { zone, locale: 'en-US' });
  return time.isValid ? time.toMillis() : Number.NaN;
}

/**
 * A time of a local answer in seconds since the epoch; of a format that names days only, the first moment of the day.
 *
 * @throws AdapterError `LOCAL_ANSWER_INVALID`
 */
export function parseTime(text: string, format: string, zone: string): number {
  const milliseconds = text.length > LONGEST_TIME ? Number.NaN : parse(text, format, zone);
  if (!Number.isFinite(milliseconds)) throw new AdapterError('LOCAL_ANSWER_INVALID', 'a time of the local answer is not in its format');
  return Math.floor(milliseconds / 1000);
}

/** The first moment of the day, in seconds since the epoch. @param time seconds since the epoch */
export function startOfDay(time: number, zone: string): number {
  return DateTime.fromSeconds(time, { zone }).startOf('day').toUnixInteger();
}

/** The first moment of the day after, in seconds since the epoch. @param time seconds since the epoch */
export function endOfDay(time: number, zone: string): number {
  return DateTime.fromSeconds(time, { zone }).startOf('day').plus({ days: 1 }).toUnixInteger();
}

/** @param milliseconds since the epoch */
export function formatTime(milliseconds: number, format: string, zone: string): string {
  if (format === 'epoch-seconds') return String(Math.floor(milliseconds / 1000));
  if (format === 'epoch-milliseconds') return String(milliseconds);
  const time = DateTime.fromMillis(milliseconds, { zone, locale: 'en-US' });
  return (format === 'iso-8601' ? time.toISO() : time.toFormat(format)) ?? '';
}
