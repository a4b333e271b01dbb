import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { ProbePlan, type PlannedProbe } from './probe-plan.js';

const CODES = ['110000', '310000', '510000', '520000'];
const pairOf = ({ receiver, issuer }: PlannedProbe): string => `${receiver} ${issuer}`;
const EVERY_PAIR = CODES.flatMap((receiver) => CODES.filter((issuer) => issuer !== receiver).map((issuer) => `${receiver} ${issuer}`)).sort();

/** What is due in each of `count` steps. */
function steps(plan: ProbePlan, stepMs: number, count: number, from = 0): readonly (readonly PlannedProbe[])[] {
  return Array.from({ length: count }, (_, step) => plan.due(from + step * stepMs, CODES));
}

describe('ProbePlan', () => {
  it('asks about each ordered pair once in an interval, evenly over it', () => {
    const plan = new ProbePlan(12_000);
    const round = steps(plan, 500, 24);
    expect(round.flat().map(pairOf).sort()).toEqual(EVERY_PAIR);
    expect(round.map((due) => due.length)).toEqual(Array.from({ length: 24 }, (_, step) => (step % 2 === 0 ? 1 : 0)));
    expect(steps(plan, 500, 24, 12_000).flat().map(pairOf).sort()).toEqual(EVERY_PAIR);
  });

  it('asks about the green canary first, and about every canary of a pair in the rounds that follow', () => {
    const asked = steps(new ProbePlan(12), 1, 12 * 7).flat();
    expect(asked.slice(0, 12).every(({ canary }) => canary === v1.Canary.CANARY_GREEN)).toBe(true);
    for (const pair of EVERY_PAIR) {
      const canaries = asked.slice(12).filter((probe) => pairOf(probe) === pair).map(({ canary }) => canary);
      expect(canaries.sort()).toEqual([1, 2, 3, 4, 5, 6]);
    }
    // Not all of them at once: a round in which only one canary is asked about would miss what the others show.
    expect(new Set(asked.slice(12, 24).map(({ canary }) => canary)).size).toBe(6);
  });

  it('asks neither a checkpoint nor an adapter twice in a row', () => {
    const asked = steps(new ProbePlan(12), 1, 12).flat();
    for (const [position, { receiver, issuer }] of asked.entries()) {
      const next = asked[position + 1];
      if (next === undefined) continue;
      expect(next.receiver).not.toBe(receiver);
      expect(next.issuer).not.toBe(issuer);
    }
  });

  it('does not make up for what was missed', () => {
    const plan = new ProbePlan(12_000);
    plan.due(0, CODES);
    const due = plan.due(12_000_000, CODES);
    expect(due.map(pairOf).sort()).toEqual(EVERY_PAIR);
    expect(plan.due(12_000_001, CODES)).toEqual([]);
  });

  it('begins anew when a province joins, and asks nothing of one alone', () => {
    const plan = new ProbePlan(12_000);
    expect(plan.due(0, [])).toEqual([]);
    expect(plan.due(0, ['110000'])).toEqual([]);
    expect(plan.due(5, ['110000', '520000']).map(pairOf)).toEqual(['110000 520000']);
    expect(plan.due(6005, ['110000', '520000']).map(pairOf)).toEqual(['520000 110000']);
  });
});
