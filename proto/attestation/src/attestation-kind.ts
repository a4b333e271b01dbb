/** 声明种类: what an attestation is about. Each is issued, recognised, superseded and judged apart from the others. */
export const ATTESTATION_KINDS = ['health-status', 'nucleic-acid-test', 'canary'] as const;

/** One of {@link ATTESTATION_KINDS}. */
export type AttestationKind = (typeof ATTESTATION_KINDS)[number];
