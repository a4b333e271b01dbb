import { isProvinceCode, getProvince, PROVINCES, type Province } from '@health-code/attestation';
import { secondsFromTimestamp, type TimestampFields } from '@health-code/messages';
import { CommandLineError } from './command-error.js';

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const;

/** A span as people say it: its largest unit, rounded down. */
export function spanInWords(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [unit, size] = UNITS.find(([, length]) => whole >= length) ?? ['s', 1];
  return `${String(Math.floor(whole / size))} ${unit}`;
}

/** How long ago, or how far ahead, a moment is. `now` in seconds since the epoch. */
export function momentInWords(moment: TimestampFields | null | undefined, now: number): string {
  const seconds = secondsFromTimestamp(moment);
  if (seconds === undefined || seconds === 0) return 'never';
  return seconds <= now ? `${spanInWords(now - seconds)} ago` : `in ${spanInWords(seconds - now)}`;
}

/** ISO 8601 without fractions; empty where it is absent. */
export function isoTime(moment: TimestampFields | null | undefined): string {
  const seconds = secondsFromTimestamp(moment);
  return seconds === undefined || seconds === 0 ? '' : new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** `520000 guizhou 贵州`, or the text itself where it is no province's code. */
export function provinceInWords(code: string): string {
  if (!isProvinceCode(code)) return code;
  const { slug, name } = getProvince(code);
  return `${code} ${slug} ${name}`;
}

/** The province that a person at the keyboard names by slug or code. @throws CommandLineError */
export function parseProvince(text: string): Province {
  const found = PROVINCES.find(({ code, slug }) => code === text || slug === text);
  if (found === undefined) throw new CommandLineError(`no province is called ${JSON.stringify(text)}: give a GB/T 2260 code or a slug, such as 460000 or hainan`);
  return found;
}

/** Cells of rows as columns of equal width; CJK characters count double. */
export function printTable(rows: readonly (readonly string[])[]): string {
  const width = (text: string): number => text.length + (text.match(/[\u2e80-\uffef]/g)?.length ?? 0);
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, column) => Math.max(all[column] ?? 0, width(cell))), []);
  return rows.map((row) => row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell))).join('  ').trimEnd()).join('\n');
}
