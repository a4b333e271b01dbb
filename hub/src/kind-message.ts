import type { AttestationKind } from '@health-code/attestation';
import { v1 } from '@health-code/messages';

/** 声明种类 on the wire. */
export const KIND_MESSAGE: Readonly<Record<AttestationKind, v1.AttestationKind>> = {
  'health-status': v1.AttestationKind.ATTESTATION_KIND_HEALTH_STATUS,
  'nucleic-acid-test': v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST,
};

const KIND_OF_MESSAGE: ReadonlyMap<v1.AttestationKind, AttestationKind> = new Map([
  [v1.AttestationKind.ATTESTATION_KIND_UNSPECIFIED, 'health-status'],
  ...(Object.entries(KIND_MESSAGE) as [AttestationKind, v1.AttestationKind][]).map(([kind, message]) => [message, kind] as const),
]);

/** The kind that a request names; a health status where it names none, `undefined` where it names one that is not listed. */
export const findKind = (message: v1.AttestationKind | null | undefined): AttestationKind | undefined =>
  KIND_OF_MESSAGE.get(message ?? v1.AttestationKind.ATTESTATION_KIND_UNSPECIFIED);
