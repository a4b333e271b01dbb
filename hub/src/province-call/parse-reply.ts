import { ATTESTATION_MAX_BYTES, isSubjectReference, type ProvinceCode } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { z } from 'zod';
import { HubError } from '../errors.js';
import type { AttestedAnswer } from './attested-answer.js';
import { isProvinceRefusalCode } from './province-refusal.js';

/** Which outcome answers which operation of a ProvinceCall. */
export const OUTCOME_OF = {
  attestCode: 'attested',
  attestPerson: 'attested',
  resolveReference: 'reference',
  declareHealth: 'declareHealth',
  declareTrip: 'declareTrip',
  queryHealth: 'queryHealth',
  applyCode: 'applyCode',
  makeCode: 'makeCode',
  correctHealth: 'correctHealth',
  queryCorrection: 'queryCorrection',
  convertCode: 'convertCode',
} as const satisfies Record<NonNullable<v1.ProvinceCall['operation']>, NonNullable<v1.ProvinceReply['outcome']>>;

/** An operation a province can be asked for. */
export type ProvinceOperation = keyof typeof OUTCOME_OF;

/** What an operation is asked with. */
export type RequestOf<O extends ProvinceOperation> = NonNullable<v1.IProvinceCall[O]>;

const text = z.string().min(1).max(256);
const optionalText = z.string().max(1024);
/** Whole seconds up to the year 9999, as google.protobuf.Timestamp allows. */
const timestamp = z.object({ seconds: z.int().min(1).max(253_402_300_799), nanos: z.int().min(0).max(999_999_999) });
const status = z.enum(v1.HealthStatus);
/** 脱敏证件号码: whatever a province masks it with, not a whole resident identity number. */
const maskedIdNumber = optionalText.refine((value) => !/\d{17}[\dXx]/.test(value));
const subjectReference = z.string().refine(isSubjectReference);

/** Text with a status, none without: a province that says both or neither said nothing. */
const attested = z
  .object({
    attestation: z.string().max(ATTESTATION_MAX_BYTES),
    availability: z.enum(['available', 'pending', 'not-applied', 'no-such-person', 'unavailable', 'expired']),
    bizExtData: z.string().max(4096),
  })
  .refine((answer) => (answer.attestation !== '') === (answer.availability === 'available'));

const REPLY = {
  attested,
  reference: z.object({ subjectReference }),
  // Empty where the person declared alone.
  declareHealth: z.object({ declarationId: text, validUntil: timestamp, status, subjectReference, agentReference: z.literal('').or(subjectReference) }),
  declareTrip: z.object({ tripId: text }),
  queryHealth: z.object({ attested, maskedName: optionalText, maskedIdNumber, guidance: optionalText }),
  applyCode: z.object({ businessSerialNumber: text, randomNumber: text, expiresAt: timestamp }),
  // An SD-JWT: the attestation with its disclosures, for the holder; nothing the hub itself relies on.
  makeCode: z.object({
    code: z.instanceof(Uint8Array).refine(({ length }) => length > 0),
    expiresAt: timestamp,
    attestation: z.string().max(2 * ATTESTATION_MAX_BYTES),
  }),
  correctHealth: z.object({ ticket: text, state: z.literal('received'), dueAt: timestamp }),
  queryCorrection: z.object({
    state: z.enum(['received', 'upheld', 'rejected', 'decided-by-default']),
    dueAt: timestamp,
    // Absent while nothing is decided, and then only.
    decidedAt: timestamp.nullish().transform((time) => time ?? null),
  }).refine(({ state, decidedAt }) => (state === 'received') === (decidedAt === null)),
  // The presentation is for the holder, as with makeCode; what the hub judges is the attestation.
  convertCode: z.object({
    attestation: z.string().min(1).max(ATTESTATION_MAX_BYTES),
    presentation: z.string().min(1).max(2 * ATTESTATION_MAX_BYTES),
    subjectReference,
  }).refine(({ attestation, presentation }) => presentation.startsWith(`${attestation}~`)),
} as const;

/** What an operation is answered with, every field present and bounded. */
export type ReplyTo<O extends ProvinceOperation> = z.output<(typeof REPLY)[(typeof OUTCOME_OF)[O]]>;

const invalid = (what: string, options?: ErrorOptions): HubError => new HubError('ADAPTER_ANSWER_INVALID', `the province's answer ${what}`, options);

/**
 * A refusal of the province as an error of the hub.
 * @returns `ADAPTER_REFUSED` with the province's own code, `ADAPTER_ANSWER_INVALID` where that is none it may use
 */
export function refusalOf(error: v1.ICallError): HubError {
  const code = error.code ?? '';
  // The province's message stays out: it is for its own operators, and nobody here can tell what it quotes.
  if (!isProvinceRefusalCode(code)) return invalid('refuses with a code that is none of those it may use');
  return new HubError('ADAPTER_REFUSED', `the province refuses with ${code}`, { provinceErrorCode: code });
}

/**
 * The province's answer to `operation` from the plaintext of its reply; attacker-controlled as far as a province is.
 * @throws HubError ADAPTER_ANSWER_INVALID for anything but a complete answer to this operation; ADAPTER_REFUSED
 */
export function parseProvinceReply<O extends ProvinceOperation>(plaintext: Uint8Array, operation: O): ReplyTo<O> {
  let reply: v1.ProvinceReply;
  try {
    reply = v1.ProvinceReply.decode(plaintext);
  } catch (cause) {
    throw invalid('is no ProvinceReply', { cause });
  }
  if (reply.error) throw refusalOf(reply.error);
  const outcome = OUTCOME_OF[operation];
  if (reply.outcome !== outcome) throw invalid(`is not one to ${operation}`);
  const parsed = REPLY[outcome].safeParse(reply[outcome]);
  // Only the paths of the bad fields: zod's own message may quote what stood there.
  if (!parsed.success) throw invalid(`has bad fields: ${parsed.error.issues.map((issue) => issue.path.join('.') || outcome).join(', ')}`);
  return parsed.data as ReplyTo<O>;
}

/** An AttestedReply of `province` in the hub's own terms: what is empty on the wire is absent here. */
export function attestedAnswer(province: ProvinceCode, reply: z.output<typeof attested>): AttestedAnswer {
  return {
    province,
    availability: reply.availability,
    ...(reply.attestation === '' ? {} : { token: reply.attestation }),
    ...(reply.bizExtData === '' ? {} : { bizExtData: reply.bizExtData }),
  };
}
