import { applyPolicy, isRestrictable, type RegionalPolicy } from '@health-code/attestation';
import type { VerifiedCode } from './verified-code.js';

/** The regional rules in force; the policy register satisfies it. */
export interface RegionalPolicies {
  findStricter(receiver: string, issuer: string, now: number): RegionalPolicy | undefined;
}

/**
 * The rule that a statement meets in `receiver`: by who made it, and where it was converted (转码) by who made its source, so
 * that no rule about a province is got round by a conversion.
 */
export function findRule(policies: RegionalPolicies, receiver: string, issuer: string, sourceIssuer: string | undefined, now: number): RegionalPolicy | undefined {
  return policies.findStricter(receiver, issuer, now) ?? (sourceIssuer === undefined ? undefined : policies.findStricter(receiver, sourceIssuer, now));
}

/** The outcome under the rules of the place: a green that may pass by the national floor, and there alone anything changes. */
export function restrict(outcome: VerifiedCode, policies: RegionalPolicies, receiver: string, now: number): VerifiedCode {
  const { verdict, attestation } = outcome;
  if (attestation === undefined || !isRestrictable(verdict)) return outcome;
  const policy = findRule(policies, receiver, attestation.issuer, attestation.source?.issuer, now);
  return policy === undefined ? outcome : { ...outcome, verdict: applyPolicy(verdict, policy), policy };
}
