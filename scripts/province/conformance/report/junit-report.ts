import type { ConformanceRun } from '../../conformance.js';
import type { CheckResult } from '../finding.js';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 has no place for most control characters, escaped or not. */
const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '').replace(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');

function testCase({ id, group, title, outcome, detail, sent, came, expected, advice }: CheckResult): string {
  const head = `    <testcase classname="${escape(group)}" name="${escape(`${id}: ${title}`)}"`;
  if (outcome === 'passed') return `${head}/>`;
  const inner = outcome === 'skipped' ? `<skipped message="${escape(detail)}"/>` : `<failure message="${escape(detail)}">${escape(`sent: ${sent}\ncame: ${came}\nexpected: ${expected}\ndo: ${advice}`)}</failure>`;
  return `${head}>${inner}</testcase>`;
}

/** For build servers: one test case for each question. */
export function junitReport({ report, results }: ConformanceRun): string {
  const count = (outcome: CheckResult['outcome']): string => String(results.filter((result) => result.outcome === outcome).length);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="conformance ${escape(report.province)}" tests="${String(results.length)}" failures="${count('failed')}" skipped="${count('skipped')}" time="${String(report.finishedAt - report.startedAt)}">
${results.map(testCase).join('\n')}
  </testsuite>
</testsuites>
`;
}
