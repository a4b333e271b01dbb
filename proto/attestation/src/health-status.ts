/**
 * 健康码状态: "00" green, "01" yellow, "10" red. Seen in four independent client codes; that this is the value table of
 * GB/T 38962-2020 is inferred, its text is not public.
 */
export const HEALTH_STATUSES = ['00', '01', '10'] as const;

/** A stated status. */
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

/** What an attestation may state: a status, or `none` (撤回): the issuer states no status any more. Never a colour. */
export const ATTESTED_STATUSES = [...HEALTH_STATUSES, 'none'] as const;

/** One of {@link ATTESTED_STATUSES}. */
export type AttestedStatus = (typeof ATTESTED_STATUSES)[number];

/** Whether an issuing system could state a status at all. Never turned into a colour. */
export type Availability = 'available' | 'pending' | 'not-applied' | 'no-such-person' | 'unavailable' | 'expired';

/** 依据类别: what a status rests on. */
export const EVIDENCE_CLASSES = ['self-declared', 'verified-source', 'laboratory', 'authority-decision'] as const;

/** One of {@link EVIDENCE_CLASSES}. */
export type EvidenceClass = (typeof EVIDENCE_CLASSES)[number];

/** Reason code where the local system states none; green needs none and uses it too. */
export const REASON_NOT_STATED = 'REASON_NOT_STATED';

/** Reason of a withdrawal: the local system states no status any more. */
export const REASON_WITHDRAWN = 'STATUS_WITHDRAWN';

/** Reason of a withdrawal: the local system states something that has no translation. */
export const REASON_NOT_TRANSLATABLE = 'STATUS_NOT_TRANSLATABLE';
