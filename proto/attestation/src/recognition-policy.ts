import type { ProvinceCode } from './province.js';
import type { Verdict } from './verdict.js';
import { FRESHNESSES, type Freshness } from './verdict-policy.js';

/** The policy that holds where no other does: a green code is recognised everywhere (绿码互认), without an end. */
export const NATIONAL_FLOOR = { id: 'national-floor', version: 1 } as const;

/**
 * 属地政策: a stricter regional rule that an operator has approved. Green codes of `issuers` are recognised in `receiver`, and
 * the place's own procedure follows. Times in seconds since the epoch: from the first on, and until before the second.
 */
export interface RegionalPolicy {
  readonly id: string;
  readonly version: number;
  readonly receiver: ProvinceCode;
  readonly issuers: readonly ProvinceCode[];
  readonly effectiveFrom: number;
  readonly effectiveUntil: number;
}

/** Whether a regional rule is in force at `now`, seconds since the epoch. A clock that is not a number is in no period. */
export const isInForce = ({ effectiveFrom, effectiveUntil }: RegionalPolicy, now: number): boolean => effectiveFrom <= now && now < effectiveUntil;

/**
 * The regional rule that codes of `issuer` meet in `receiver`; undefined where the floor holds. Of several in force the one
 * that ends last is named, of those the one whose id comes first: the same on every replica, and offline.
 *
 * @param now seconds since the epoch
 */
export function findPolicyInForce(policies: readonly RegionalPolicy[], receiver: string, issuer: string, now: number): RegionalPolicy | undefined {
  let found: RegionalPolicy | undefined;
  for (const policy of policies) {
    if (policy.receiver !== receiver || !isInForce(policy, now) || !policy.issuers.some((code) => code === issuer)) continue;
    if (found === undefined || isNamedBefore(policy, found)) found = policy;
  }
  return found;
}

const isNamedBefore = (one: RegionalPolicy, other: RegionalPolicy): boolean =>
  one.effectiveUntil > other.effectiveUntil || (one.effectiveUntil === other.effectiveUntil && one.id < other.id);

/** Whether a regional rule would change this verdict: it lets somebody pass, which a recognised green alone does. */
export const isRestrictable = ({ status, recognition, advice }: Verdict): boolean => status === '00' && recognition === 'recognised' && advice === 'allow';

/**
 * The verdict under a regional rule, by the hub and offline alike: where the floor says 放行, the place's own procedure. It
 * takes no recognition away, changes no colour, and never loosens anything: every other verdict is returned as it is.
 */
export function applyPolicy(verdict: Verdict, policy: RegionalPolicy | undefined): Verdict {
  return policy !== undefined && isRestrictable(verdict) ? RESTRICTED[verdict.freshness] : verdict;
}

/** Shared and frozen like every verdict: restricting allocates nothing. */
const RESTRICTED = Object.freeze(
  Object.fromEntries(
    FRESHNESSES.map((freshness): [Freshness, Verdict] => [
      freshness,
      Object.freeze({ status: '00', stated: '00', recognition: 'recognised', freshness, advice: 'local-procedure' }),
    ]),
  ) as Record<Freshness, Verdict>,
);
