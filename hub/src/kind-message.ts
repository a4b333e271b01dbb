import type { AttestationKind } from '@health-code/attestation';
import { KIND_MESSAGE, v1 } from '@health-code/messages';

/** 声明种类 of people: what can be asked about. */
export type PersonKind = Exclude<AttestationKind, 'canary'>;

const KIND_OF_MESSAGE: ReadonlyMap<v1.AttestationKind, PersonKind> = new Map([
  [v1.AttestationKind.ATTESTATION_KIND_UNSPECIFIED, 'health-status'],
  ...(Object.entries(KIND_MESSAGE) as [AttestationKind, v1.AttestationKind][]).flatMap(([kind, message]) => (kind === 'canary' ? [] : [[message, kind] as const])),
]);

/**
 * The kind that a request names; a health status where it names none, `undefined` where it names one that is not listed. A
 * canary is not: nothing is asked about nobody but by its own code.
 */
export const findKind = (message: v1.AttestationKind | null | undefined): PersonKind | undefined =>
  KIND_OF_MESSAGE.get(message ?? v1.AttestationKind.ATTESTATION_KIND_UNSPECIFIED);
