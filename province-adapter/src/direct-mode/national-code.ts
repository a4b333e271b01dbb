import { z } from 'zod';

/**
 * 国家防疫健康信息码 as HTTP/JSON. RECONSTRUCTION: the names of the seven interfaces are the published table of contents of
 * GB/T 38963-2020 clause 6; its parameter tables and return codes (annex B) are not public, so every member here is ours.
 */
export const PATHS = {
  declareHealth: '/national-code/declare-health',
  declareTrip: '/national-code/declare-trip',
  queryHealth: '/national-code/query-health',
  applyCode: '/national-code/apply-code',
  makeCode: '/national-code/make-code',
  verifyCode: '/national-code/verify-code',
  correctHealth: '/national-code/correct-health',
} as const;

/** Return codes, ours. `OK` carries content, every other one does not. */
export const RETURN_CODES = [
  'OK',
  'REQUEST_INVALID',
  'PERSON_UNKNOWN',
  'CODE_UNKNOWN',
  'CODE_EXPIRED',
  'CODE_SPENT',
  'APPLICATION_UNKNOWN',
  'APPLICATION_EXPIRED',
  'HANDLE_UNKNOWN',
  'HANDLE_TAKEN',
  'BUSY',
] as const;

/** One of {@link RETURN_CODES}. */
export type ReturnCode = (typeof RETURN_CODES)[number];

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
  /** The whole identity: this answer never leaves the province. Absent when there is no such person. */
  person: PERSON.optional(),
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

/** Body of a push: what changed. */
export const PUSH = z.object({ statements: z.array(STATEMENT).max(1000) });

/** Request of 6.2. */
export const DECLARE_HEALTH = z.object({
  document: z.object({ type: z.string(), number: z.string() }),
  subjectReference: z.string(),
  name: z.string(),
  phone: z.string(),
  temperature: z.number(),
  symptoms: z.array(z.string()),
  highRiskAreaHistory: z.boolean(),
  contactHistory: z.boolean(),
  underIsolation: z.boolean(),
  declaredAt: z.int(),
});

/** Request of 6.3. */
export const DECLARE_TRIP = z.object({
  subjectReference: z.string(),
  trips: z.array(z.record(z.string(), z.unknown())),
});

/** Request of 6.4: by 业务透传数据 or by identity document. */
export const QUERY_HEALTH = z.union([z.object({ bizExtData: z.string() }), PERSON]);

/** Request of 6.5. */
export const APPLY_CODE = z.object({ subjectReference: z.string(), organisation: z.string(), purpose: z.string() });

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
