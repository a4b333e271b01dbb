import { AdapterError } from '../errors.js';
import type { ExpectedAnswer, LocalBytes } from '../local-http/local-http.js';
import { decodeBase64, decodeText } from './charset.js';
import { parseDelimited } from './delimited.js';
import type { MappedAnswer } from './mapping-schema.js';
import { readTyped, valueAt } from './read-fields.js';

/** An answer without its envelope, or that there is no such person. */
export type OpenedAnswer = { readonly document: unknown } | 'no-such-person';

type Refusal = MappedAnswer['httpStatus'][string];

function refused(meaning: Refusal): 'no-such-person' {
  if (meaning === 'no-such-person') return meaning;
  throw new AdapterError(meaning, 'the local system answered that it has no status to state');
}

/** JSON of an answer. @throws AdapterError `LOCAL_ANSWER_INVALID`, without the text: it may name a person */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AdapterError('LOCAL_ANSWER_INVALID', 'not JSON');
  }
}

function parseBody({ bytes }: LocalBytes, { charset, columns, delimiter, format }: MappedAnswer['body']): unknown {
  const text = decodeText(bytes, charset, 'LOCAL_ANSWER_INVALID');
  if (format === 'json') return parseJsonText(text);
  const rows = parseDelimited(text, { delimiter, columns }, 'LOCAL_ANSWER_INVALID');
  const [row] = rows;
  if (rows.length !== 1 || row?.isWhole !== true) throw new AdapterError('LOCAL_ANSWER_INVALID', 'the local answer is not one row of its format');
  return row.fields;
}

function requireSuccess(document: unknown, result: NonNullable<MappedAnswer['result']>): 'success' | 'no-such-person' {
  const value = readTyped(valueAt(document, result.at), result.type, result.at);
  if (value !== undefined && result.success.includes(value)) return 'success';
  // An error that nobody documented says nothing about the person.
  const meaning = value !== undefined && Object.hasOwn(result.errors, value) ? result.errors[value] : undefined;
  return refused(meaning ?? 'LOCAL_ANSWER_INVALID');
}

function openPayload(document: unknown, payload: NonNullable<MappedAnswer['payload']>): unknown {
  const text = valueAt(document, payload.at);
  if (typeof text !== 'string') throw new AdapterError('LOCAL_ANSWER_INVALID', `the local answer has no text ${payload.at}`);
  if (payload.encoding === 'text') return parseJsonText(text);
  return parseJsonText(decodeText(decodeBase64(text, payload.encoding, 'LOCAL_ANSWER_INVALID'), payload.charset, 'LOCAL_ANSWER_INVALID'));
}

/** What an answer must be to be opened. */
export function expectedAnswer({ body, httpStatus }: MappedAnswer): ExpectedAnswer {
  return { mediaType: body.mediaType, charset: body.charset, statuses: Object.keys(httpStatus).map(Number) };
}

/**
 * Takes an answer out of its envelope.
 *
 * @throws AdapterError the code that the mapping gives the answer's result; `LOCAL_ANSWER_INVALID` for one it gives none
 */
export function openAnswer(received: LocalBytes, answer: MappedAnswer): OpenedAnswer {
  const byStatus = answer.httpStatus[String(received.status)];
  if (byStatus !== undefined) return refused(byStatus);
  const document = parseBody(received, answer.body);
  if (answer.result !== undefined && requireSuccess(document, answer.result) === 'no-such-person') return 'no-such-person';
  const content = answer.payload === undefined ? document : openPayload(document, answer.payload);
  const refusal = answer.refuse.find(({ at, is }) => valueAt(content, at) === is);
  return refusal === undefined ? { document: content } : refused(refusal.means);
}
