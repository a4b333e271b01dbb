import type { v1 } from '@health-code/messages';

/** Most different counts of one report. */
export const REPORT_MAX_COUNTS = 256;

/** How one check came out: nothing of the person. */
export interface Check {
  readonly purpose: v1.Purpose;
  readonly recognition: v1.Recognition;
  /** Empty when recognised. */
  readonly errorCode: string;
  /** GB/T 2260 code; empty when none is known. */
  readonly issuer: string;
}

/** So many checks came out alike. */
export interface CheckCount extends Check {
  readonly count: number;
}

const HOUR_SECONDS = 3600;

/** The beginning of the hour of a moment: no finer time leaves the checkpoint. Seconds since the epoch. */
export const hourOf = (now: number): number => Math.floor(now / HOUR_SECONDS) * HOUR_SECONDS;

/** Counts checks that came out alike. */
export class CheckCounts {
  readonly #counts = new Map<string, { readonly check: Check; count: number }>();

  /** One more; false where the report is full and this one came out like none before. */
  add(check: Check): boolean {
    const { purpose, recognition, errorCode, issuer } = check;
    const key = `${String(purpose)} ${String(recognition)} ${errorCode} ${issuer}`;
    const held = this.#counts.get(key);
    if (held === undefined && this.#counts.size >= REPORT_MAX_COUNTS) return false;
    if (held === undefined) this.#counts.set(key, { check: { purpose, recognition, errorCode, issuer }, count: 1 });
    else held.count += 1;
    return true;
  }

  list(): readonly CheckCount[] {
    return [...this.#counts.values()].map(({ check, count }) => ({ ...check, count }));
  }
}
