import { v1 } from '@health-code/messages';
import { AdapterError } from '../errors.js';
import type { LocalKind } from '../province-system.js';

/** 声明种类 by its name on the wire; total, so that a further kind without a row does not compile. */
const KINDS: Readonly<Record<v1.AttestationKind, LocalKind | undefined>> = {
  [v1.AttestationKind.ATTESTATION_KIND_UNSPECIFIED]: 'health-status',
  [v1.AttestationKind.ATTESTATION_KIND_HEALTH_STATUS]: 'health-status',
  [v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST]: 'nucleic-acid-test',
  // Asked about by its own code, and answered before a local system could be.
  [v1.AttestationKind.ATTESTATION_KIND_CANARY]: undefined,
};

/** What is asked about; the status where nothing is said. @throws AdapterError REQUEST_FIELD_INVALID for a kind of no row */
export function parseKind(kind: v1.AttestationKind | null | undefined): LocalKind {
  const known = KINDS[kind ?? v1.AttestationKind.ATTESTATION_KIND_UNSPECIFIED];
  if (known === undefined) throw new AdapterError('REQUEST_FIELD_INVALID', 'the call names no kind of statement');
  return known;
}
