import { styleText } from 'node:util';
import { v1 } from '@health-code/messages';

const MARKS: Readonly<Record<number, readonly [mark: string, colour: 'green' | 'red' | 'gray']>> = {
  [v1.CheckOutcome.CHECK_OUTCOME_PASSED]: ['✓', 'green'],
  [v1.CheckOutcome.CHECK_OUTCOME_FAILED]: ['✗', 'red'],
  [v1.CheckOutcome.CHECK_OUTCOME_NOT_RUN]: ['·', 'gray'],
};

/** One line for each check: its outcome, what was looked at, and what was found. */
export function printChecks(checks: readonly v1.ICheck[]): string {
  const subject = Math.max(0, ...checks.map((check) => (check.subject ?? '').length));
  const name = Math.max(0, ...checks.map((check) => (check.name ?? '').length));
  return checks
    .map((check) => {
      const [mark, colour] = MARKS[check.outcome ?? 0] ?? ['?', 'gray'];
      return `  ${styleText(colour, mark)} ${(check.subject ?? '').padEnd(subject)}  ${(check.name ?? '').padEnd(name)}  ${check.detail ?? ''}`.trimEnd();
    })
    .join('\n');
}

/** Whether every check passed. */
export const haveAllPassed = (checks: readonly v1.ICheck[]): boolean => checks.every(({ outcome }) => outcome === v1.CheckOutcome.CHECK_OUTCOME_PASSED);
