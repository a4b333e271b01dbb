import type { OfflineOutcome } from '@health-code/attestation';
import type { VerdictJson } from '../../shared/device-api.js';
import type { CheckResult } from './check-result.js';

/** Leaves out what is absent or empty: the page shows what there is. */
function present<T extends object>(value: T): { readonly [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, content]) => content !== undefined && content !== '')) as { readonly [Key in keyof T]?: Exclude<T[Key], undefined> };
}

/** What the offline package on this device decided. What a refused statement says is not told. */
export function resultOfPackage({ verdict, errorCode, attestation, knownAt, maskedName, policy, freshness, issuer }: OfflineOutcome, packageVersion: number | undefined): CheckResult {
  const told = verdict.recognition === 'recognised' ? attestation : undefined;
  return {
    decidedBy: packageVersion === undefined ? 'device' : 'package',
    ...verdict,
    errorCode,
    ...present({
      packageVersion,
      issuer: attestation?.issuer ?? issuer,
      sequence: attestation?.sequence,
      kind: attestation?.kind,
      rule: attestation?.rule,
      authority: attestation?.authority,
      issuedAt: attestation?.issuedAt,
      expiresAt: attestation?.expiresAt,
      reason: told?.reason,
      evidence: told?.evidence,
      since: told?.since,
      maskedName,
      knownAt,
      policy,
      age: freshness,
    }),
  };
}

/** What the hub decided. */
export function resultOfHub(verdict: VerdictJson): CheckResult {
  const { ruleId, policyId, policyVersion, freshnessAgeSeconds, freshnessLimitSeconds, conflicts } = verdict;
  return {
    decidedBy: 'hub',
    status: verdict.status,
    stated: statedOf(verdict),
    recognition: verdict.recognition,
    freshness: verdict.freshness,
    advice: verdict.advice,
    errorCode: verdict.errorCode,
    ...present({
      issuer: verdict.issuer,
      sequence: verdict.sequence,
      kind: verdict.kind,
      reason: verdict.reasonCode,
      authority: verdict.authority,
      evidence: verdict.evidenceClass,
      rule: ruleId === undefined || ruleId === '' ? undefined : { id: ruleId, version: verdict.ruleVersion ?? '' },
      policy: policyId === undefined || policyId === '' ? undefined : { id: policyId, version: policyVersion ?? 0 },
      maskedName: verdict.maskedName,
      knownAt: verdict.knownAt,
      issuedAt: verdict.issuedAt,
      expiresAt: verdict.expiresAt,
      since: verdict.statusSince,
      age: freshnessAgeSeconds === undefined ? undefined : { ageSeconds: freshnessAgeSeconds, ...(freshnessLimitSeconds === undefined ? {} : { limitSeconds: freshnessLimitSeconds }) },
      conflicts: conflicts.length === 0 ? undefined : conflicts,
    }),
  };
}

const PLAYED: Readonly<Record<string, string>> = { '00': 'canary-green', '01': 'canary-yellow', '10': 'canary-red' };

function statedOf({ recognition, status, kind, test, canaryStatus }: VerdictJson): string {
  if (recognition !== 'recognised') return 'none';
  if (kind === 'canary') return PLAYED[canaryStatus ?? ''] ?? 'none';
  return kind === 'nucleic-acid-test' ? (test?.result ?? 'none') : status;
}
