import type { Language } from './language.js';

const UNITS = [
  { seconds: 86_400, zh: '天', en: ['day', 'days'] },
  { seconds: 3600, zh: '小时', en: ['hour', 'hours'] },
  { seconds: 60, zh: '分钟', en: ['minute', 'minutes'] },
  { seconds: 1, zh: '秒', en: ['second', 'seconds'] },
] as const;

/** A span in its largest unit of which there are two at least, rounded down: `47 小时`, `3 days`. Seconds; a negative one counts as 0. */
export function spanInWords(seconds: number, language: Language): string {
  const whole = Math.max(0, Math.floor(seconds));
  const { seconds: size, zh, en } = UNITS.find((unit) => whole >= unit.seconds * 2) ?? UNITS[3];
  const count = Math.floor(whole / size);
  return language === 'zh' ? `${String(count)} ${zh}` : `${String(count)} ${count === 1 ? en[0] : en[1]}`;
}

/** A moment as a clock in China shows it, month to minute. Seconds since the epoch. */
export function momentInWords(seconds: number, language: Language): string {
  const format = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { timeZone: 'Asia/Shanghai', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false });
  return format.format(new Date(seconds * 1000));
}

/** A day in China, with its year. Seconds since the epoch. */
export function dayInWords(seconds: number, language: Language): string {
  return new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', { timeZone: 'Asia/Shanghai', dateStyle: 'long' }).format(new Date(seconds * 1000));
}
