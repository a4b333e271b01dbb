import { getProvince } from '@health-code/attestation';
import type { ConformanceRun } from '../../conformance.js';
import type { CheckResult } from '../finding.js';
import { countByGroup, describeCounts, isShort } from './group-counts.js';

/** What an adapter sends back is put into the page as text, whatever it holds. */
const escape = (text: string): string => text.replace(/[\\`*_{}[\]<>|#]/g, (character) => `\\${character}`).replace(/[\r\n]+/g, ' ');

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

function failureSection({ id, title, detail, sent, came, expected, advice }: CheckResult): readonly string[] {
  return [
    `### ${escape(id)}`,
    '',
    `${escape(title)}.`,
    '',
    `| | |\n| --- | --- |\n| Wrong | ${escape(detail)} |\n| Sent | ${escape(sent)} |\n| Came | ${escape(came)} |\n| Expected | ${escape(expected)} |\n| Do | ${escape(advice)} |`,
    '',
  ];
}

/** The page as a file (Markdown): what failed first, every question at the end. */
export function markdownReport({ report, results, passed }: ConformanceRun): string {
  const { name, english } = getProvince(report.province);
  const failures = results.filter(({ outcome }) => outcome === 'failed');
  return [
    `# Conformance report: ${english} ${name} (${report.province})`,
    '',
    passed ? '**Conforming.** This report earns a badge.' : `**Not conforming.** ${String(failures.length)} of ${String(results.length)} questions are answered wrong.`,
    '',
    `Adapter version ${escape(report.adapterVersion)}, protocol version ${String(report.protocolVersion)}, suite ${report.suiteVersion} (\`${report.suiteDigest}\`), from ${isoTime(report.startedAt)} to ${isoTime(report.finishedAt)}.`,
    '',
    '| Group | | |',
    '| --- | --- | --- |',
    ...countByGroup(results).map((counts) => `| ${counts.group} | ${isShort(counts) ? '✗' : '✓'} | ${describeCounts(counts)} |`),
    '',
    ...(failures.length === 0 ? [] : ['## What failed', '', ...failures.flatMap(failureSection)]),
    '## Every question',
    '',
    '| Question | Outcome | Sent | Came |',
    '| --- | --- | --- | --- |',
    ...results.map(({ id, outcome, sent, came, detail }) => `| ${escape(id)} | ${outcome} | ${escape(sent)} | ${escape(came === '' ? detail : came)} |`),
    '',
  ].join('\n');
}
