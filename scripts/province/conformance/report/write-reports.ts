import { writeFileSync } from 'node:fs';
import type { ConformanceRun } from '../../conformance.js';
import { junitReport } from './junit-report.js';
import { markdownReport } from './markdown-report.js';

/** Files a run leaves beside what is signed. */
export interface ReportFiles {
  /** Markdown. */
  readonly report?: string;
  /** JUnit XML. */
  readonly junit?: string;
}

/** Writes the pages that were asked for. @returns a line for each */
export function writeReports(run: ConformanceRun, { report, junit }: ReportFiles): readonly string[] {
  if (report !== undefined) writeFileSync(report, markdownReport(run));
  if (junit !== undefined) writeFileSync(junit, junitReport(run));
  return [...(report === undefined ? [] : [`The page: ${report}`]), ...(junit === undefined ? [] : [`For build servers: ${junit}`])];
}
