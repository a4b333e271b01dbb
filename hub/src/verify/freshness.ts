import { KIND_TABLE, knownAtOf, type CheckpointClass, type Verdict, type VerdictFacts } from '@health-code/attestation';

/** What grading goes by. */
export type GradedFacts = Pick<VerdictFacts, 'kind' | 'since' | 'knownAt' | 'source'>;

/**
 * `describeFreshness` in two numbers, because every scan asks: the age in seconds that was graded; `undefined` where nothing is
 * recognised or no age is known. `now` in seconds since the epoch.
 */
export function freshnessAgeOf(facts: GradedFacts, { recognition, freshness }: Verdict, now: number): number | undefined {
  if (recognition !== 'recognised' || freshness === 'unknown') return undefined;
  const from = KIND_TABLE[facts.kind].policy.gradedFrom === 'since' ? facts.since : knownAtOf(facts);
  return Math.max(0, now - from);
}

/** The age in seconds up to which that grade holds; `undefined` also of what is expired. */
export function freshnessLimitOf({ kind }: GradedFacts, { recognition, freshness }: Verdict, checkpointClass: CheckpointClass): number | undefined {
  if (recognition !== 'recognised') return undefined;
  const limits = KIND_TABLE[kind].policy.limits[checkpointClass];
  // Not by a name that varies: a member read so is looked up.
  if (freshness === 'fresh') return limits.fresh;
  if (freshness === 'ageing') return limits.ageing;
  return freshness === 'stale' ? limits.stale : undefined;
}
