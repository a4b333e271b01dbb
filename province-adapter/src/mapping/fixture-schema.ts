import { z } from 'zod';
import { CHARSETS } from './charset.js';
import { ALPHABET_NAMES } from './random-text.js';
import { duration, LOCAL_ERROR_CODES, meaning, name, text } from './schema-texts.js';

const texts = z.record(z.string(), z.string());

/** fixtures/contract.yaml: what the shared contract test asks, answered by hand. */
export const CONTRACT_FIXTURE = z.strictObject({
  values: z.record(z.string(), meaning),
  unlistedValues: z.array(z.string()).min(1),
  errorCodes: z.record(z.string(), z.enum(LOCAL_ERROR_CODES)),
  neverIssued: z.enum(LOCAL_ERROR_CODES),
  foreignCodes: z.array(z.string()).default([]),
});

const part = z.strictObject({
  as: name,
  random: z.enum(ALPHABET_NAMES).default('lower-hex'),
  length: z.int().min(1).max(256).default(32),
  text: z.string().optional(),
  base64: z.enum(['base64', 'base64url']).optional(),
  charset: z.enum(CHARSETS).default('utf-8'),
});

/** fixtures/stand-in.yaml: what the stand-in for the local system holds and answers. */
export const STAND_IN_FIXTURE = z.strictObject({
  colours: z.strictObject({ '00': z.string(), '01': z.string(), '10': z.string() }).describe('The local word of each colour, written by hand'),
  people: z.array(z.union([z.string(), z.record(z.string(), z.string())])).min(20).max(90)
    .describe('The status of each synthetic person, or members of which status is one; answers call the others held.<member>'),
  codes: z.strictObject({ parts: z.array(part).default([]), text, lifetime: duration }).describe('What a code is made of'),
  answers: z.strictObject({
    byCode: z.record(z.string(), z.unknown()),
    byPerson: z.record(z.string(), z.unknown()).optional(),
    test: z.record(z.string(), z.unknown()).optional().describe('Where tests are asked for by a request of their own'),
    error: z.record(z.string(), z.unknown()).optional().describe('How errors are said; has {errorCode}'),
    expired: z.record(z.string(), z.unknown()).optional().describe('Where the expiry of a code is no error to the local system'),
  }),
  outcomes: z.strictObject({ notIssued: text, expired: text.optional(), noSuchPerson: text.optional() }).default({ notIssued: '404' }).describe('Which error is said when'),
});

const response = z.strictObject({
  status: z.int().min(100).max(599).default(200),
  mediaType: text.default('application/json'),
  json: z.unknown().optional(),
  text: z.string().optional(),
  base64: z.base64('is not base64, such as vaG/tQ==').optional(),
});

const exchange = z.strictObject({
  request: z.strictObject({ method: z.enum(['GET', 'POST']), path: text, query: texts.optional(), headers: texts.optional(), form: texts.optional(), json: z.unknown().optional() }),
  response,
});

const recordedFile = z.strictObject({
  name: text,
  text: z.string().optional().describe('In the charset of the mapping'),
  base64: z.base64('is not base64, such as vaG/tQ==').optional().describe('Or its bytes'),
});

/** fixtures/exchanges.yaml: requests and answers, or files, as they were recorded, and what must come of them. */
export const EXCHANGES_FIXTURE = z.array(
  z.strictObject({
    name: text,
    at: z.iso.datetime({ offset: true, error: 'is not a time with its zone, such as 2022-04-15T10:00:00+08:00, between quotes' }).describe('The clock of the adapter while it asks'),
    code: z.string().optional(),
    person: z.strictObject({ type: text, number: text }).optional(),
    exchanges: z.array(exchange).default([]),
    files: z.array(recordedFile).default([]).describe('What stands in the folder, where the local system leaves files'),
    kind: z.enum(['health-status', 'nucleic-acid-test']).default('health-status'),
    record: z.record(z.string(), z.unknown()).optional().describe('Members of the standard record that must be so'),
    refusal: z.string().optional().describe('Or the error code'),
  }),
).min(1);

/** One of {@link EXCHANGES_FIXTURE}. */
export type RecordedExchange = z.output<typeof EXCHANGES_FIXTURE>[number];

/** What a stand-in is made from. */
export type StandInFixture = z.output<typeof STAND_IN_FIXTURE>;
