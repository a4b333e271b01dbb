import { HEALTH_STATUSES } from '@health-code/attestation';
import { z } from 'zod';

/**
 * 国家防疫健康信息码 as HTTP/JSON. RECONSTRUCTION: the names of the seven interfaces are the published table of contents of
 * GB/T 38963-2020 clause 6; its parameter tables and return codes (annex B) are not public, so every member here is ours. So are the last two, which are
 * none of the seven.
 */
export const PATHS = {
  declareHealth: '/national-code/declare-health',
  declareTrip: '/national-code/declare-trip',
  queryHealth: '/national-code/query-health',
  applyCode: '/national-code/apply-code',
  makeCode: '/national-code/make-code',
  verifyCode: '/national-code/verify-code',
  correctHealth: '/national-code/correct-health',
  queryCorrection: '/national-code/query-correction',
  acceptForeignStatement: '/national-code/accept-foreign-statement',
} as const;

/** Return codes, ours. `OK` carries content, every other one does not. */
export const RETURN_CODES = [
  'OK',
  'REQUEST_INVALID',
  'PERSON_UNKNOWN',
  'AGENT_UNKNOWN',
  'AGENT_ENDED',
  'AGENT_FULL',
  'CODE_UNKNOWN',
  'CODE_EXPIRED',
  'CODE_SPENT',
  'APPLICATION_UNKNOWN',
  'APPLICATION_EXPIRED',
  'HANDLE_UNKNOWN',
  'HANDLE_TAKEN',
  'TICKET_UNKNOWN',
  'STATUS_STANDS',
  'BUSY',
] as const;

/** One of {@link RETURN_CODES}. */
export type ReturnCode = (typeof RETURN_CODES)[number];

/** A code on a screen for one scan; one that is shown without a network; a printed sheet. */
export const CODE_FORMS = ['online', 'offline', 'sheet'] as const;

/** 证件. */
export const PERSON = z.object({ idType: z.string(), idNumber: z.string() });

/** What the national code says about a person now. Times in seconds since the epoch. */
export const STATEMENT = z.object({
  availability: z.string(),
  /** Empty unless available. */
  status: z.string(),
  reason: z.string(),
  ruleId: z.string(),
  ruleVersion: z.string(),
  authority: z.string(),
  evidence: z.string(),
  since: z.int(),
  validUntil: z.int(),
  guidance: z.string(),
  maskedName: z.string(),
  maskedIdNumber: z.string(),
  /** The whole identity: this answer never leaves the province. Absent when there is no such person, or only a reference. */
  person: PERSON.optional(),
  /** In place of the identity, for somebody whose code was converted (转码). */
  subjectReference: z.string().optional(),
  /** GB/T 2260 code of the province whose statement was converted. */
  convertedFrom: z.string().optional(),
  /** 业务透传数据 of a verified code. */
  bizExtData: z.string().optional(),
});

/** See {@link STATEMENT}. */
export type Statement = z.infer<typeof STATEMENT>;

/** Envelope of every answer. */
export const ENVELOPE = z.object({ code: z.enum(RETURN_CODES), message: z.string(), content: z.unknown() });

/** Answer of 6.2. */
export const DECLARED = z.object({ declarationId: z.string(), validUntil: z.int(), statement: STATEMENT });

/** Answer of 6.3. */
export const TRIP_DECLARED = z.object({ tripId: z.string() });

/** Answer of 6.5. */
export const APPLIED = z.object({ businessSerialNumber: z.string(), randomNumber: z.string(), expiresAt: z.int() });

/** Answer of 6.6. */
export const MADE = z.object({ code: z.string(), expiresAt: z.int(), statement: STATEMENT });

/** Answer of 6.8. */
export const CORRECTION_RECEIVED = z.object({ ticket: z.string(), state: z.string(), dueAt: z.int() });

/** How a correction stands. */
export const CORRECTION_STATE = z.object({
  state: z.enum(['received', 'upheld', 'rejected', 'decided-by-default']),
  dueAt: z.int(),
  decidedAt: z.int().optional(),
});

/** Answer of an acceptance: none is needed. */
export const STATEMENT_ACCEPTED = z.object({});

/** Body of a push: what changed. */
export const PUSH = z.object({ statements: z.array(STATEMENT).max(1000) });

/** 证件 of a declaration. */
export const DOCUMENT = z.object({ type: z.string(), number: z.string() });

/** 代办人. */
export const AGENT = z.object({ document: DOCUMENT, subjectReference: z.string(), name: z.string(), relationship: z.string() });

/** Request of 6.2. */
export const DECLARE_HEALTH = z.object({
  document: DOCUMENT,
  subjectReference: z.string(),
  name: z.string(),
  phone: z.string(),
  temperature: z.number(),
  symptoms: z.array(z.string()),
  highRiskAreaHistory: z.boolean(),
  contactHistory: z.boolean(),
  underIsolation: z.boolean(),
  declaredAt: z.int(),
  agent: AGENT.optional(),
});

/** See {@link DECLARE_HEALTH}. */
export type DeclareHealth = z.infer<typeof DECLARE_HEALTH>;

/** Request of 6.3. What no rule looks at is kept as it came. */
export const DECLARE_TRIP = z.object({
  subjectReference: z.string(),
  trips: z.array(z.looseObject({ toRegion: z.string(), arrivedAt: z.int() })),
});

/** See {@link DECLARE_TRIP}. */
export type DeclareTrip = z.infer<typeof DECLARE_TRIP>;

/** Request of 6.4: by 业务透传数据 or by identity document. */
export const QUERY_HEALTH = z.union([z.object({ bizExtData: z.string() }), PERSON]);

/** Request of 6.5. */
export const APPLY_CODE = z.object({
  subjectReference: z.string(),
  organisation: z.string(),
  purpose: z.string(),
  /** Empty when the person applies. */
  agentReference: z.string(),
  /** What the code is for: what an agent made is told to the person by it. */
  form: z.enum(CODE_FORMS).default('online'),
});

/** Request of 6.6. */
export const MAKE_CODE = z.object({
  businessSerialNumber: z.string(),
  randomNumber: z.string(),
  bizExtData: z.string(),
});

/** Request of 6.7. */
export const VERIFY_CODE = z.object({ code: z.string() });

/** Request of 6.8. */
export const CORRECT_HEALTH = z.object({
  subjectReference: z.string(),
  disputedField: z.string(),
  claimedValue: z.string(),
  evidence: z.string(),
});

/** See {@link CORRECT_HEALTH}. */
export type CorrectHealth = z.infer<typeof CORRECT_HEALTH>;

/** How does a correction stand. */
export const QUERY_CORRECTION = z.object({ ticket: z.string() });

/** 转码: what another province states, taken over by reference. */
export const ACCEPT_FOREIGN_STATEMENT = z.object({
  subjectReference: z.string(),
  issuer: z.string(),
  status: z.enum(HEALTH_STATUSES),
  reason: z.string(),
  since: z.int(),
  validUntil: z.int(),
  maskedName: z.string().optional(),
});

/** See {@link ACCEPT_FOREIGN_STATEMENT}. */
export type AcceptForeignStatement = z.infer<typeof ACCEPT_FOREIGN_STATEMENT>;
