import type { IdentityDocument } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import type { LocalRequest } from '../local-http/local-http.js';
import type { VerifierContext } from '../local-answer.js';
import type { MappedRequest } from './mapping-schema.js';
import { formatRandom } from './random-text.js';
import { expandUri, fillTemplate, mapTexts, timeFormatOf, typeFilled } from './text-template.js';
import { formatTime } from './time-format.js';

/** Values of the places of a request, by name. */
export type RequestValues = Readonly<Record<string, string>>;

/** When a request is made, and what it takes to make it unlike every other. */
export interface RequestMoment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** IANA. */
  readonly zone: string;
  /** That many random bytes in lower-case hex. */
  readonly randomHex: (bytes: number) => string;
}

/** What a request may say of who verifies, and where. */
export function verifierValues({ organisation, position, province, purpose }: VerifierContext): RequestValues {
  return { 'verifier.province': province, 'verifier.purpose': purpose, 'verifier.organisation': organisation, 'verifier.position': position };
}

/** What a lookup by identity document may say of it. */
export function personValues({ type, number }: IdentityDocument): RequestValues {
  return { 'person.type': type, 'person.number': number };
}

/** HTTP fields are ASCII (RFC 9110 §5.5); a Chinese name of an organisation is percent-encoded. */
const headerSafe = (text: string): string => text.replace(/[^ -~]/gu, (character) => encodeURIComponent(character));

/** A segment that climbs: the text that was scanned would choose another path. */
const CLIMBS = /(?:^|\/)\.{1,2}(?:[/?]|$)/;

/**
 * The request of the mapping, with its places filled. One `{random:…}` written twice is one text: a serial number in a header and in
 * the body is the same.
 *
 * @throws AdapterError `LOCAL_VERIFIER_INCOMPLETE` where the local system must be told more than the caller said;
 * `LOCAL_CODE_INVALID` for a text that would lead to another path
 */
export function buildRequest(request: MappedRequest, values: RequestValues, { now, randomHex, zone }: RequestMoment, signal: AbortSignal | undefined): LocalRequest {
  if (request.requires.some((name) => (values[name] ?? '') === '')) throw new AdapterError('LOCAL_VERIFIER_INCOMPLETE', 'the local system answers nobody without organisation and position');
  const serials = new Map<string, string>();
  const serialOf = (how: string): string => {
    const serial = serials.get(how) ?? formatRandom(how, randomHex);
    serials.set(how, serial);
    return serial;
  };
  const place = (name: string, how: string): string => {
    if (name === 'now') return formatTime(now, timeFormatOf(how), zone);
    return name === 'random' ? serialOf(how) : (values[name] ?? '');
  };
  const fill = (template: string): string => fillTemplate(template, place);
  const fillAll = (texts: RequestValues): RequestValues => Object.fromEntries(Object.entries(texts).map(([name, template]) => [name, fill(template)]));
  const path = expandUri(request.path, values);
  if (CLIMBS.test(path)) throw new AdapterError('LOCAL_CODE_INVALID', 'leads to another path');
  const headers = Object.fromEntries(Object.entries(fillAll(request.headers ?? {})).map(([name, value]) => [name, headerSafe(value)]));
  return {
    method: request.method,
    path,
    ...(request.query === undefined ? {} : { query: fillAll(request.query) }),
    ...(request.headers === undefined ? {} : { headers }),
    ...(request.form === undefined ? {} : { form: fillAll(request.form) }),
    ...(request.json === undefined ? {} : { json: mapTexts(request.json, (template) => typeFilled(template, fill(template))) }),
    ...(signal === undefined ? {} : { signal }),
  };
}
