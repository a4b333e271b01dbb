/**
 * 探测对象: what an attestation about a person who does not exist may state. The colour it plays has a word of its own, so that
 * nothing which reads, counts or compares colours can take it for one, whether or not it looks at the kind.
 */
export const CANARY_VALUES = ['canary-green', 'canary-yellow', 'canary-red'] as const;

/** A played colour. */
export type CanaryValue = (typeof CANARY_VALUES)[number];

/** What an attestation of a canary may state: a played colour, or `none` (撤回). */
export const ATTESTED_CANARY_VALUES = [...CANARY_VALUES, 'none'] as const;

/** One of {@link ATTESTED_CANARY_VALUES}. */
export type AttestedCanaryValue = (typeof ATTESTED_CANARY_VALUES)[number];
