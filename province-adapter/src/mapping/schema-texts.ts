import { EVIDENCE_CLASSES, HEALTH_STATUSES, type Availability } from '@health-code/attestation';
import { z } from 'zod';
import type { AdapterErrorCode } from '../errors.js';
import { findTimeFormatProblem, isTimeZone } from './time-format.js';
import { findUriTemplateProblem } from './text-template.js';

/** What an answer of a local system may mean beside a status: our own codes, by which every province is understood. */
export const LOCAL_ERROR_CODES = [
  'LOCAL_CODE_EXPIRED',
  'LOCAL_CODE_INVALID',
  'LOCAL_CODE_FOREIGN',
  'LOCAL_PERMISSION_DENIED',
  'LOCAL_VERIFIER_INCOMPLETE',
  'LOCAL_SYSTEM_UNREACHABLE',
  'LOCAL_SYSTEM_TIMEOUT',
  'LOCAL_SYSTEM_BUSY',
  'LOCAL_ANSWER_INVALID',
  'LOCAL_ANSWER_TOO_LARGE',
  'LOCAL_PERSON_UNRESOLVED',
] as const satisfies readonly AdapterErrorCode[];

/** Why a local system states no colour. */
export const AVAILABILITIES = ['pending', 'not-applied', 'no-such-person', 'unavailable', 'expired'] as const satisfies readonly Exclude<Availability, 'available'>[];

/** RFC 6901 §3. */
const POINTER_SYNTAX = /^(?:\/(?:[^~/]|~[01])*)*$/;
const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** A refinement that says itself what is wrong. */
const says = (find: (text: string) => string | undefined) => (context: z.core.ParsePayload<string>) => {
  const problem = find(context.value);
  if (problem !== undefined) context.issues.push({ code: 'custom', message: problem, input: context.value });
};

/** A text that shows nothing strange where it is printed. */
export const text = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,512}$/u, 'must be 1 to 512 characters, without control characters');

/** A name that the file gives something and refers to it by. */
export const name = z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,31}$/, 'must be a name: a letter, then up to 31 letters or digits');

/** RFC 6901. */
export const pointer = z.string().regex(POINTER_SYNTAX, 'is not a JSON Pointer (RFC 6901): empty, or beginning with / and with ~ written ~0');

/** RFC 6570. */
export const uriTemplate = z.string().check(says(findUriTemplateProblem));

/** IANA. */
export const timeZone = z.string().refine(isTimeZone, 'is not a time zone of the IANA database, such as Asia/Shanghai');

/** A named format, or Luxon's tokens. */
export const timeFormat = z.string().check(says(findTimeFormatProblem));

/** Kept as it is written; {@link secondsOf} reads it. */
export const duration = z.string().regex(/^[1-9][0-9]{0,5}[smhd]$/, 'is not a duration with its unit, such as 30s, 5m, 24h or 14d');

/** One of our codes, or that there is no such person. */
export const localError = z.enum([...LOCAL_ERROR_CODES, 'no-such-person']);

/** 状态对照: the status itself, or with what it rests on, or why there is none. */
export const meaning = z.union([
  z.enum([...HEALTH_STATUSES, ...AVAILABILITIES]),
  z.strictObject({
    status: z.enum(HEALTH_STATUSES),
    reason: z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'is not a reason code: capitals, digits and _').optional(),
    evidence: z.enum(EVIDENCE_CLASSES).optional(),
    rule: z.string().optional(),
  }),
]);

/** What a local system's words for a reason stand for. */
export const reasonMeaning = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/, 'is not a reason code: capitals, digits and _'),
  evidence: z.enum(EVIDENCE_CLASSES),
});

/** The seconds of a duration as the file writes it. */
export function secondsOf(written: string): number {
  return Number(written.slice(0, -1)) * UNIT_SECONDS[written.slice(-1) as keyof typeof UNIT_SECONDS];
}
