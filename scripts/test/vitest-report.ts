import { z } from 'zod';

/** How many things passed and failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** What counted as failed besides failed test cases, one sentence each. */
  readonly remarks: readonly string[];
}

const REPORT = z.object({
  success: z.boolean(),
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ name: z.string(), status: z.string(), assertionResults: z.array(z.unknown()) })),
});

/**
 * Counts the test cases of vitest's JSON report. A file that could not be loaded, and a test that was skipped, count as failed:
 * what did not run has not passed.
 */
export function tallyReport(json: string): Tally {
  const parsed = REPORT.safeParse(parseJson(json));
  if (!parsed.success) return { passed: 0, failed: 1, remarks: ['vitest wrote no report'] };
  const report = parsed.data;
  const broken = report.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0);
  const skipped = report.numPendingTests + report.numTodoTests;
  const remarks = [...broken.map(({ name }) => `${name} could not be run`), ...(skipped > 0 ? [`${String(skipped)} tests were skipped`] : [])];
  const failed = report.numFailedTests + broken.length + skipped;
  if (failed === 0 && !report.success) return { passed: report.numPassedTests, failed: 1, remarks: ['vitest reports an error outside the tests'] };
  return { passed: report.numPassedTests, failed, remarks };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
