import { z } from 'zod';
import { RISK_GRADES, RiskLevels } from '../risk-level/risk-levels.js';
import type { PushTarget } from './change-push.schedule.js';

/** How long a copy is used before the adapter is asked again, and how long its answer is waited for, in milliseconds. */
const COPY_LIFETIME_MS = 2000;
const TIMEOUT_MS = 1000;

/** With its age, as the adapter gives every copy it has read: a list without one is no copy, and an empty one no news that nothing is known. */
const ANSWER = z.object({
  ageSeconds: z.number(),
  levels: z.array(
    z.object({
      region: z.string(),
      grade: z.enum(RISK_GRADES),
      effectiveFrom: z.string(),
      authority: z.string(),
      statedBy: z.string(),
      statedAt: z.number(),
    }),
  ),
});

/**
 * Reads the country's risk levels from the adapter that is pushed to, as a province's own system does. The last good copy stays
 * while the adapter is away; undefined before the first, for then it is not known what is known.
 */
export function createRiskLevelReader({ url, token }: PushTarget): () => Promise<RiskLevels | undefined> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  let copy: RiskLevels | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() - askedAt < COPY_LIFETIME_MS) return copy;
    askedAt = performance.now();
    try {
      const response = await fetch(new URL('/risk-levels', url), { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (response.ok) copy = (copy ?? RiskLevels.NONE).with(ANSWER.parse(await response.json()).levels);
      else await response.body?.cancel();
    } catch {
      // The adapter is away, or is none: what was known before stays known.
    }
    return copy;
  };
}
