import { maskName, maskNumber, type SyntheticPerson } from './synthetic-people.js';

/**
 * Ways in which a local system can misbehave; `none` ends them, `error-code` answers with one of its own documented error codes, `unmasked` names the
 * person of its value in full, `wrong-type` changes the type of every member, or of those that its value names.
 */
export const FAULT_MODES = [
  'none',
  'down',
  'busy',
  'slow',
  'html',
  'garbage',
  'gbk',
  'huge',
  'wrong-type',
  'redirect',
  'empty',
  'gbk-page',
  'extra-fields',
  'unmasked',
  'error-code',
] as const;

/** One of {@link FAULT_MODES}. */
export type FaultMode = (typeof FAULT_MODES)[number];

/** An answer as bytes on the wire. */
export interface FaultyAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** {"message":"健康"} in GBK: not UTF-8, though it claims to be JSON. */
const GBK_JSON = Buffer.concat([Buffer.from('{"message":"'), Buffer.from([0xbd, 0xa1, 0xbf, 0xb5]), Buffer.from('"}')]);

/** Larger than anything a local system has a reason to send, in bytes. */
const HUGE = 10 * 1024 * 1024;

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/** <html>系统维护中</html> as a gateway of the country would send it. */
const GBK_PAGE = Buffer.concat([
  Buffer.from('<html><body>'),
  Buffer.from([0xcf, 0xb5, 0xcd, 0xb3, 0xce, 0xac, 0xbb, 0xa4, 0xd6, 0xd0]),
  Buffer.from('</body></html>'),
]);

/** What no standard record has room for, put into every object of a right answer by `extra-fields`. */
export const EXTRA_FIELDS = {
  extraName: '测试多余',
  extraIdCard: '999999190001019999',
  extraPhone: '19900009999',
  extraAddress: '测试省测试市多余路1号',
  extraItinerary: [{ place: '测试多余车站', at: '2022-04-01 08:00:00' }],
} as const;

/** A copy in which every object has {@link EXTRA_FIELDS} too. */
export function withExtraFields(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(withExtraFields);
  if (typeof answer !== 'object' || answer === null) return answer;
  return { ...Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, withExtraFields(value)])), ...EXTRA_FIELDS };
}

/** Of a type that no documented member has. */
const WRONG_TYPE = { unexpected: [0] };

/** The object that a text holds as JSON, as some local formats nest one in another. */
function findNested(text: unknown): object | undefined {
  if (typeof text !== 'string' || !text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/** A copy in which every text, number and boolean is an object, in JSON within a text too. @param member only those of this name */
export function withWrongTypes(answer: unknown, member?: string, name?: string): unknown {
  if (Array.isArray(answer)) return answer.map((element) => withWrongTypes(element, member, name));
  if (typeof answer === 'object' && answer !== null) {
    return Object.fromEntries(Object.entries(answer).map(([own, value]) => [own, withWrongTypes(value, member, own)]));
  }
  if (member === undefined || member === name) return WRONG_TYPE;
  const nested = findNested(answer);
  return nested === undefined ? answer : JSON.stringify(withWrongTypes(nested, member, name));
}

/** A copy in which name and number of a person stand in full wherever they stood masked, in JSON within a text too. */
export function withoutMasks(answer: unknown, { name, documentNumber }: Pick<SyntheticPerson, 'name' | 'documentNumber'>): unknown {
  const text = JSON.stringify(answer).replaceAll(maskNumber(documentNumber), documentNumber).replaceAll(maskName(name), name);
  return JSON.parse(text) as unknown;
}

/** Faults that change a right answer, or how the server answers, rather than what it sends. */
type PlayedByServer = 'none' | 'down' | 'slow' | 'wrong-type' | 'extra-fields' | 'unmasked' | 'error-code';

/** What is sent instead of an answer. */
export const FAULTY_ANSWERS: Readonly<
  Record<Exclude<FaultMode, PlayedByServer>, FaultyAnswer>
> = {
  busy: { status: 503, headers: JSON_TYPE, body: Buffer.from('{}') },
  html: {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: Buffer.from('<html><body>系统维护中，请稍后再试</body></html>'),
  },
  garbage: { status: 200, headers: JSON_TYPE, body: Buffer.from('{"errcode":"0","data":{"\u0000\u0001') },
  gbk: { status: 200, headers: { 'content-type': 'application/json' }, body: GBK_JSON },
  huge: { status: 200, headers: JSON_TYPE, body: Buffer.from(`{"data":"${'0'.repeat(HUGE)}"}`) },
  empty: { status: 200, headers: JSON_TYPE, body: Buffer.alloc(0) },
  'gbk-page': { status: 200, headers: { 'content-type': 'text/html; charset=gbk' }, body: GBK_PAGE },
  redirect: { status: 302, headers: { location: '/stand-in/people' }, body: Buffer.alloc(0) },
};
