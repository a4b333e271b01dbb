import type { Province } from '@health-code/attestation';
import type { RunKit } from './conform.js';
import type { OwnLocalSystem } from './local-system.js';
import { runConformance, type ConformanceRun } from './conformance.js';
import { printReport } from './conformance/report/print-report.js';
import { showProgress } from './conformance/report/progress.js';
import { writeReports, type ReportFiles } from './conformance/report/write-reports.js';

/** How the kit is run for a province. */
export interface KitOptions {
  readonly province: Province;
  /** The local system under test; the stand-in of its folder where absent. */
  readonly localSystem?: OwnLocalSystem | undefined;
  /** conformance.yaml; found by the province's slug where absent. */
  readonly fixture?: string;
  /** Folder in which an adapter that is started by hand finds its settings. */
  readonly settings?: string;
  /** Version the badge is wanted for. */
  readonly adapterVersion?: string;
  readonly files?: ReportFiles;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

async function run(options: KitOptions, getChallenge?: () => Promise<string>): Promise<ConformanceRun> {
  const { say, files = {} } = options;
  if (options.settings === undefined) say(`Starting the adapter of ${options.province.english} and everything around it …`);
  const done = await runConformance({ ...options, environment: process.env, ...(getChallenge === undefined ? {} : { getChallenge }), onProgress: showProgress(process.stderr) });
  [printReport(done), ...writeReports(done, files)].forEach(say);
  return done;
}

/** The kit for a member's report: each failure is told as it is found, the page at the end. */
export const kitOf = (options: KitOptions): RunKit => async (getChallenge) => (await run(options, getChallenge)).report;

/** The same without a hub: nothing is signed and nothing submitted. @returns whether the report would earn a badge */
export const practise = async (options: KitOptions): Promise<boolean> => (await run(options)).passed;
