import type { CheckCountJson, PurposeJson, ReportRequestJson } from '../../shared/device-api.js';
import type { CheckResult } from './check-result.js';

/** One report as it waits: what was checked without the hub in an hour, under a number that makes a repetition harmless. */
export type WaitingReport = ReportRequestJson & {
  /** Whether more may still be added to it. What was sent once is never added to: the hub would not count it again. */
  readonly isOpen: boolean;
};

/** Most different counts of one report. */
export const REPORT_MAX_COUNTS = 256;

const HOUR_SECONDS = 3600;

/** The beginning of the hour of a moment: no finer time leaves the checkpoint. Seconds since the epoch. */
export const hourOf = (now: number): number => Math.floor(now / HOUR_SECONDS) * HOUR_SECONDS;

/** Whether a result is reported: it was judged here, and is about a person. What the hub judged it has counted itself. */
export const isReported = ({ decidedBy, kind }: CheckResult): boolean => decidedBy !== 'hub' && kind !== 'canary';

/**
 * The report with one check more; a new one where `open` is of another hour or full.
 * @param reportId for a new one
 */
export function countCheck(open: WaitingReport | undefined, result: CheckResult, purpose: PurposeJson, now: number, reportId: string): WaitingReport {
  const { recognition, issuer } = result;
  // Beside a recognised status a code says what is not known of its age; a report tells how checks came out.
  const errorCode = recognition === 'recognised' ? '' : result.errorCode;
  const isSame = (count: CheckCountJson): boolean => count.purpose === purpose && count.recognition === recognition && count.errorCode === errorCode && count.issuer === issuer;
  const hour = hourOf(now);
  const counts = open?.isOpen === true && open.hour === hour ? open.counts : undefined;
  if (open !== undefined && counts?.some(isSame) === true) {
    return { ...open, counts: counts.map((count) => (isSame(count) ? { ...count, count: count.count + 1 } : count)) };
  }
  const added: CheckCountJson = { purpose, recognition, errorCode, count: 1, ...(issuer === undefined ? {} : { issuer }) };
  if (open === undefined || counts === undefined || counts.length >= REPORT_MAX_COUNTS) return { reportId, hour, counts: [added], isOpen: true };
  return { ...open, counts: [...counts, added] };
}

/** How many checks wait in all. */
export const checksOf = (reports: readonly WaitingReport[]): number => reports.reduce((total, { counts }) => total + counts.reduce((sum, { count }) => sum + count, 0), 0);
