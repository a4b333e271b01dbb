import type { Recognition } from './verdict-policy.js';

/** The code of a refusal that has no more precise one, online and offline alike. A new recognition without a row does not compile. */
export const REFUSAL_CODES: Readonly<Record<Recognition, string>> = {
  recognised: '',
  'no-agreement': 'PROVINCE_NOT_ADMITTED',
  expired: 'ATTESTATION_EXPIRED',
  superseded: 'ATTESTATION_SUPERSEDED',
  suspended: 'ATTESTATION_SUSPENDED',
  'signature-invalid': 'ATTESTATION_SIGNATURE_INVALID',
  'issuer-suspended': 'ISSUER_SUSPENDED',
  'unknown-code': 'CODE_UNKNOWN',
  'issuer-unreachable': 'ADAPTER_UNREACHABLE',
  conflict: 'ATTESTATION_CONTRADICTED',
  'no-rule': 'RULE_NOT_REGISTERED',
  'no-status': 'STATUS_UNAVAILABLE',
};

/**
 * The same where form and signature were found good: what is then not its issuer's word is so only because a key was in other hands.
 */
export const KNOWN_REFUSAL_CODES: Readonly<Record<Recognition, string>> = { ...REFUSAL_CODES, 'signature-invalid': 'ATTESTATION_KEY_REVOKED' };
