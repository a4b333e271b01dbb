import { CONFORMANCE_GROUPS, type ConformanceCheck, type ConformanceGroup } from '@health-code/attestation';

/** How the questions of one group came out. */
export interface GroupCounts {
  readonly group: ConformanceGroup;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Every group that a badge needs, in the order of the suite, also those nothing was asked of. */
export function countByGroup(checks: readonly ConformanceCheck[]): readonly GroupCounts[] {
  return CONFORMANCE_GROUPS.map((group) => {
    const count = (outcome: ConformanceCheck['outcome']): number => checks.filter((check) => check.group === group && check.outcome === outcome).length;
    return { group, passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
  });
}

/** Whether a group stands in the way of a badge. */
export const isShort = ({ passed, failed }: GroupCounts): boolean => failed > 0 || passed === 0;

/** `3 failed`, `12 passed`, `1 skipped`; what is none is left away. */
export const describeCounts = ({ passed, failed, skipped }: GroupCounts): string =>
  [[failed, 'failed'], [passed, 'passed'], [skipped, 'skipped']].filter(([count]) => count !== 0).map(([count, word]) => `${String(count)} ${String(word)}`).join(', ') || 'nothing asked';
