import type { Bench } from './bench.js';
import { ConformanceError } from './errors.js';
import { resultOf, type CheckResult, type Finding } from './finding.js';
import { playCheck } from './plays/play.js';
import type { Suite, SuiteCheck } from './suite.js';

/** Told after each check of the suite. */
export type OnProgress = (played: number, all: number, results: readonly CheckResult[]) => void;

/** What the check itself stumbles over is held against the adapter only where nothing else can be at fault. */
async function play(bench: Bench, check: SuiteCheck): Promise<readonly Finding[]> {
  try {
    return await playCheck(bench, check);
  } catch (error) {
    if (error instanceof ConformanceError) throw error;
    return [{ sent: check.sends, came: '', problem: `the check could not be carried through: ${error instanceof Error ? error.message : String(error)}` }];
  }
}

/**
 * Plays every check, one after another: what one sees must not be another's doing.
 *
 * @throws ConformanceError where the kit cannot do its work; whatever `signal` says once it is aborted
 */
export async function runSuite(suite: Suite, bench: Bench, signal: AbortSignal, onProgress: OnProgress): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const [index, check] of suite.checks.entries()) {
    signal.throwIfAborted();
    const found = (await play(bench, check)).map((finding) => resultOf(check, finding));
    results.push(...found);
    onProgress(index + 1, suite.checks.length, found);
  }
  return results;
}
