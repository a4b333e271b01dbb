import { styleText } from 'node:util';
import { getProvince, shortcomingsOf } from '@health-code/attestation';
import type { ConformanceRun } from '../../conformance.js';
import type { CheckResult } from '../finding.js';
import { countByGroup, describeCounts, isShort } from './group-counts.js';

const GROUP_WIDTH = 18;

/** One check that failed: what was sent, what came, what is right, and what to do. */
export function printFailure({ id, title, detail, sent, came, expected, advice }: CheckResult): string {
  const lines = [
    `${styleText('red', '✗')} ${styleText('bold', id)}  ${title}`,
    `    wrong:    ${detail}`,
    `    sent:     ${sent}`,
    ...(came === '' ? [] : [`    came:     ${came}`]),
    `    expected: ${expected}`,
    ...(advice === '' ? [] : [`    do:       ${advice}`]),
  ];
  return lines.join('\n');
}

/** The page for the terminal. */
export function printReport({ report, results, passed, fixtureFile }: ConformanceRun): string {
  const { name, english } = getProvince(report.province);
  const failures = results.filter(({ outcome }) => outcome === 'failed');
  const skipped = results.filter(({ outcome }) => outcome === 'skipped');
  return [
    styleText('bold', `Conformance of the adapter of ${english} ${name}, version ${report.adapterVersion}`),
    `suite ${report.suiteVersion} (${report.suiteDigest.slice(0, 12)}), protocol ${String(report.protocolVersion)}, ${String(report.finishedAt - report.startedAt)} s; inputs: ${fixtureFile}`,
    '',
    ...countByGroup(results).map((counts) => `  ${isShort(counts) ? styleText('red', '✗') : styleText('green', '✓')} ${counts.group.padEnd(GROUP_WIDTH)}${describeCounts(counts)}`),
    ...(failures.length === 0 ? [] : ['', ...failures.map(printFailure)]),
    ...(skipped.length === 0 ? [] : ['', `Not asked (${String(skipped.length)}): ${[...new Set(skipped.map(({ detail }) => detail))].join('; ')}`]),
    '',
    passed
      ? styleText('green', 'Conforming: this report earns a badge.')
      : styleText('red', `Not conforming: ${String(failures.length)} of ${String(results.length)} questions are answered wrong. No badge is given for this report.`),
    ...(failures.length > 0 ? [] : shortcomingsOf(report).map((sentence) => `  ${sentence}`)),
  ].join('\n');
}
