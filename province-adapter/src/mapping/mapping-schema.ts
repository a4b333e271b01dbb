import { IDENTITY_DOCUMENT_TYPES, TEST_METHODS, TEST_RESULTS } from '@health-code/attestation';
import { z } from 'zod';
import { CHARSETS } from './charset.js';
import { duration, localError, meaning, name, pointer, reasonMeaning, text, timeFormat, timeZone, uriTemplate } from './schema-texts.js';

const FIELD_TYPES = ['string', 'integer', 'string-or-integer', 'boolean'] as const;
const CHARACTERS = ['digits', 'lower-hex', 'upper-hex', 'hex', 'letters-and-digits', 'upper-letters-and-digits', 'base64', 'base64url', 'any'] as const;

const field = {
  at: pointer.describe('JSON Pointer (RFC 6901) into the answer; for delimited text / and the name of the column'),
  type: z.enum(FIELD_TYPES).default('string').describe('The type it comes in; another one is refused with LOCAL_ANSWER_INVALID'),
  optional: z.boolean().default(false).describe('It may be missing, null or empty'),
};
const plainField = z.strictObject(field);
const timeField = z.strictObject({ ...field, format: timeFormat.describe('epoch-seconds, epoch-milliseconds, iso-8601 or tokens such as yyyy-MM-dd HH:mm:ss') });
const maskedField = z.strictObject({ ...field, mask: z.boolean().default(false).describe('It comes unmasked: all but the first character (of numbers, the first and the last) is masked here') });

const count = z.int().min(1).max(8192);

const form = z.strictObject({ characters: z.enum(CHARACTERS), length: count.optional(), minLength: count.optional(), maxLength: count.optional() });

const step = z.strictObject({
  from: name.default('code').describe('What it is made from; code is the whole text'),
  as: name,
  after: text.optional().describe('What stands behind this'),
  before: text.optional().describe('What stands before this'),
  queryParameter: text.optional().describe('This parameter of a web address'),
  base64: z.enum(['base64', 'base64url']).optional(),
  charset: z.enum(CHARSETS).default('utf-8').describe('Of the bytes that base64 holds'),
  json: pointer.optional().describe('This member of a JSON text'),
  field: z.strictObject({ delimiter: z.string().length(1), number: count, of: count.describe('How many fields a whole text has') }).optional(),
  form: form.optional().describe('What it looks like when it was read whole; otherwise LOCAL_CODE_INVALID'),
});

/** As the hub registers them: a longer or further one would be refused at the first start (adapter.proto, Recogniser). */
const recogniser = z.strictObject({
  prefix: z.string().min(1).max(256),
  infix: z.string().max(64).default(''),
  minLength: count,
  maxLength: count.max(4096),
});

const texts = z.record(z.string(), z.string());

/** A request, which is checked against the variables even where its neighbours are wrong. */
export const REQUEST = z.strictObject({
  method: z.enum(['GET', 'POST']),
  path: uriTemplate.describe('URI Template (RFC 6570)'),
  query: texts.optional(),
  headers: texts.optional(),
  form: texts.optional(),
  json: z.record(z.string(), z.unknown()).optional(),
  requires: z.array(z.enum(['verifier.organisation', 'verifier.position'])).default([]).describe('Without it nothing is asked: LOCAL_VERIFIER_INCOMPLETE'),
});

const body = z.strictObject({
  format: z.enum(['json', 'delimited']).default('json'),
  mediaType: text.default('application/json'),
  charset: z.enum(CHARSETS).default('utf-8'),
  delimiter: z.string().length(1).default(','),
  columns: z.array(text).min(1).optional().describe('Names of the fields of delimited text; without them the first row names them'),
});

const result = z.strictObject({
  at: pointer,
  type: z.enum(FIELD_TYPES).default('string'),
  success: z.array(z.string()).min(1),
  errors: z.record(z.string(), localError).describe('What each other value means; a value that is not here is refused with LOCAL_ANSWER_INVALID'),
});

const answer = z.strictObject({
  body: body.prefault({}),
  result: result.optional(),
  httpStatus: z.record(z.string().regex(/^[1-5][0-9]{2}$/, 'is not an HTTP status'), localError).default({}),
  refuse: z.array(z.strictObject({ at: pointer, is: z.union([z.string(), z.int(), z.boolean()]), means: localError })).default([]),
  payload: z.strictObject({ at: pointer, encoding: z.enum(['text', 'base64', 'base64url']).default('text'), charset: z.enum(CHARSETS).default('utf-8') }).optional()
    .describe('The fields are in a JSON text inside the answer'),
});

const fields = z.strictObject({
  status: plainField,
  reason: plainField.optional(),
  since: timeField.optional(),
  validUntil: timeField.extend({ endOfDay: z.boolean().default(false).describe('The day it names is the last one') }).optional(),
  guidance: plainField.optional(),
  maskedName: maskedField.optional(),
  maskedIdNumber: maskedField.optional(),
  identityNumber: plainField.optional(),
  identityType: plainField.optional(),
});

const http = z.strictObject({
  byCode: REQUEST,
  byPerson: REQUEST.optional().describe('Without it, the port find of the province gives what byCode is asked with'),
  answer: answer.prefault({}),
  personAnswer: answer.optional().describe('Where byPerson is answered in another envelope; the fields are the same'),
});

const tests = z.strictObject({
  byCode: REQUEST.optional().describe('Without it, the answer about the status states the test too'),
  byPerson: REQUEST.optional(),
  answer: answer.optional(),
  fields: z.strictObject({
    result: plainField.extend({ optional: z.boolean().default(true) }).describe('Missing where a sample was taken and has no result: pending'),
    sampledAt: timeField.extend({ optional: z.boolean().default(true) }).describe('采样时间. Missing where no test of the person is known: unavailable'),
    reportedAt: timeField.optional().describe('报告时间; without it 采样时间 stands for both'),
    method: plainField.optional(),
    identityNumber: plainField.optional(),
    identityType: plainField.optional(),
  }),
  results: z.record(z.string(), z.enum(TEST_RESULTS)).describe('Every value of fields.result; a value that is not here is refused'),
  methods: z.record(z.string(), z.enum(TEST_METHODS)).default({}).describe('Every value of fields.method'),
  validity: duration.default('24h').describe('How long a result is stated before it is asked for again'),
});

const files = z.strictObject({
  name: z.string().regex(/^[^/*\p{Cc}]*\*[^/*\p{Cc}]*$/u, 'must be a file name with one * in it').describe('Names of the files; of two that speak of one person the one whose name sorts last is newer'),
  format: z.enum(['delimited', 'json-lines', 'json']),
  charset: z.enum(CHARSETS).default('utf-8'),
  delimiter: z.string().length(1).default(','),
  columns: z.array(text).min(1).optional(),
  rows: pointer.default('').describe('Where a JSON file has its list'),
  codeAt: pointer.describe('Where a row has what a code holds'),
  codeHolds: name.describe('The variable of codes.decode that stands there'),
  codeExpires: timeField.optional(),
  settle: duration.optional().describe('A file that was written to since then is left for later; without it, files are moved into place when whole'),
});

/** The members of a mapping file. Refined, beyond what a schema says, by check-mapping.ts. */
export const MAPPING_MEMBERS = {
  format: z.literal(1).describe('Version of this format'),
  system: z.string().regex(/^[a-z]+(?:-[a-z0-9]+)+$/, 'must be the slug, a hyphen and the name of the system, such as beijing-jiankangbao'),
  mode: z.enum(['share', 'convert']).describe('互认模式; direct needs no folder'),
  timeZone,
  rules: z.record(z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be the end of a rule id: small letters, digits and hyphens'), z.strictObject({ version: text, title: text }))
    .describe('Rules to register; the id is the GB/T 2260 code, a hyphen and this name. conversion is the one for colours without a reason'),
  codes: z.strictObject({ recognise: z.array(recogniser).min(1).max(32), decode: z.array(step).default([]) }),
  credentials: z.array(name).default([]).describe('Members of LOCAL_SYSTEM_CREDENTIALS_FILE that requests hold, as {credential.<name>}; never written here'),
  http: http.optional(),
  files: files.optional(),
  fields,
  values: z.record(z.string(), meaning).describe('状态对照表: every value of fields.status; a value that is not here is refused'),
  identityTypes: z.record(z.string(), z.enum(IDENTITY_DOCUMENT_TYPES)).default({}).describe('证件类型: the values of identityType by WS 364.3 CV02.01.101; nobody is referred to by a document of another type'),
  tests: tests.optional().describe('核酸检测结果; cites the rule test-conversion'),
  reasons: z.record(z.string(), reasonMeaning).default({}).describe('赋码原因对照表: the words of fields.reason'),
  validity: duration.optional().describe('How long a status stands where the answer does not say'),
} as const;

/** A mapping file. */
export const MAPPING = z.strictObject(MAPPING_MEMBERS);

/** A mapping file that was checked. */
export type Mapping = z.output<typeof MAPPING>;

/** How one variable is made from a scanned text. */
export type DecodeStep = z.output<typeof step>;

/** A request as the mapping writes it. */
export type MappedRequest = z.output<typeof REQUEST>;

/** How an answer is opened and what makes it none. */
export type MappedAnswer = z.output<typeof answer>;

/** Where one value stands in an answer, and in which type. */
export type MappedField = z.output<typeof plainField>;

/** Types of documents by the local system's own words. */
export type IdentityTypes = Mapping['identityTypes'];

/** How test results are asked for and what they mean. */
export type MappedTests = z.output<typeof tests>;

/** How a folder of files is read. */
export type MappedFiles = z.output<typeof files>;
