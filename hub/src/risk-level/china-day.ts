/** Asia/Shanghai has been UTC+8 without summer time since 1991. */
const OFFSET_SECONDS = 8 * 3600;
const DAY_MS = 86_400_000;

const FORM = /^\d{4}-\d{2}-\d{2}$/;

const write = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);

/** The day in Asia/Shanghai, `YYYY-MM-DD`. Such texts sort as days do. @param at seconds since the epoch */
export const chinaDayOf = (at: number): string => write((at + OFFSET_SECONDS) * 1000);

/** Whether the text is a day that exists. Date.parse rolls 31 April over to 1 May; writing it back shows that. */
export function isDay(text: string): boolean {
  if (!FORM.test(text)) return false;
  const epochMs = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(epochMs) && write(epochMs) === text;
}

/** The day that lies `days` after an existing `day`, or before it where negative. */
export const addDays = (day: string, days: number): string => write(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS);
