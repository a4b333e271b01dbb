/**
 * Why something about an ordered pair is not as it should be. Closed, and equal to docs/recognition-causes.md: operators and
 * dashboards go by these.
 */
export const CAUSES = [
  // declared
  'STRICTER_POLICY',
  'NO_POLICY',
  // configured, of the issuer; the first that holds is named
  'NOT_REGISTERED',
  'SUSPENDED',
  'KEY_EXPIRED',
  'KEY_REVOKED',
  'NO_RULES',
  'BADGE_MISSING',
  'BADGE_EXPIRED',
  'BADGE_ADAPTER_VERSION_MISMATCH',
  'ADAPTER_SILENT',
  // working: nothing was measured
  'NOT_PROBED',
  'NO_CHECKPOINT',
  'PROBE_STALE',
  'NO_REPORT',
  'CALL_FAILED',
  // working: the checkpoint was answered, and not as it must be
  'WRONG_ANSWER',
  'ISSUER_SUSPENDED',
  'PROVINCE_NOT_ADMITTED',
  'PROVINCE_NOT_REGISTERED',
  'CODE_UNKNOWN',
  'ADAPTER_UNREACHABLE',
  'ADAPTER_TIMEOUT',
  'ADAPTER_BUSY',
  'ADAPTER_FAILED',
  'ADAPTER_ANSWER_INVALID',
  'OPERATION_NOT_OFFERED',
  'REQUEST_FIELD_INVALID',
  'LOCAL_SYSTEM_UNREACHABLE',
  'LOCAL_PERMISSION_DENIED',
  'LOCAL_SYSTEM_TIMEOUT',
  'LOCAL_SYSTEM_BUSY',
  'LOCAL_CODE_INVALID',
  'RULE_NOT_REGISTERED',
  'ATTESTATION_EXPIRED',
  'ATTESTATION_SUPERSEDED',
  'ATTESTATION_KIND_MISMATCH',
  'ATTESTATION_ISSUER_MISMATCH',
  'ATTESTATION_KEY_UNKNOWN',
  'ATTESTATION_KEY_EXPIRED',
  'ATTESTATION_KEY_REVOKED',
  'ATTESTATION_SIGNATURE_INVALID',
  'RATE_LIMIT_EXCEEDED',
] as const;

/** One of {@link CAUSES}. */
export type Cause = (typeof CAUSES)[number];

const known: ReadonlySet<string> = new Set(CAUSES);

/** `code` where it is a cause, else `otherwise`: what a province or a device says is attacker-controlled, and the list is closed. */
export const causeOf = (code: string, otherwise: Cause): Cause => (known.has(code) ? (code as Cause) : otherwise);
