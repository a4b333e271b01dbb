/** Ways in which a local system can misbehave; `none` ends them, `error-code` answers with one of its own documented error codes. */
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
const HUGE = 8 * 1024 * 1024;

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/** Every member that a documented format has, each with a type it never has. */
const WRONG_TYPES = Object.fromEntries(
  ['errcode', 'errmsg', 'code', 'data', 'message', 'resCode', 'res', 'result', 'content', 'documentType'].map(
    (name) => [name, [{ unexpected: [0] }]],
  ),
);

/** What is sent instead of an answer; `down`, `slow` and `error-code` are not answers of their own and are the server's to play. */
export const FAULTY_ANSWERS: Readonly<
  Record<Exclude<FaultMode, 'none' | 'down' | 'slow' | 'error-code'>, FaultyAnswer>
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
  'wrong-type': { status: 200, headers: JSON_TYPE, body: Buffer.from(JSON.stringify(WRONG_TYPES)) },
  redirect: { status: 302, headers: { location: '/stand-in/people' }, body: Buffer.alloc(0) },
};
