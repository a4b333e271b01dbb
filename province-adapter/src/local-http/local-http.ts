import { AdapterError, type AdapterErrorCode } from '../errors.js';
import type { SourceOptions } from '../province-system.js';

/** Largest body taken from a local system, in bytes. */
export const LOCAL_ANSWER_MAX_BYTES = 1024 * 1024;

/** One request to a local system, relative to its base URL. `json` and `form` exclude each other. */
export interface LocalRequest {
  readonly method: 'GET' | 'POST';
  /** Begins with a slash; appended to the base URL's own path. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  /** Ends the request early; it then fails with `LOCAL_SYSTEM_TIMEOUT`. */
  readonly signal?: AbortSignal;
}

/** What an answer has to be to be read. */
export interface ExpectedAnswer {
  /** For example `application/json`. */
  readonly mediaType: string;
  /** A label of the WHATWG Encoding Standard; an answer that declares another one is refused. */
  readonly charset: string;
  /** Statuses beside 200 that the caller understands; the body of such an answer is not read. */
  readonly statuses?: readonly number[];
}

/** An answer that is what was expected. Its bytes are untrusted. */
export interface LocalBytes {
  readonly status: number;
  readonly bytes: Uint8Array;
}

/** The only way a province's source speaks HTTP. */
export interface LocalHttp {
  /**
   * The body of a 200 answer in any format, for local systems that do not speak JSON in UTF-8.
   *
   * @throws AdapterError as {@link LocalHttp.requestJson}
   */
  requestBytes(request: LocalRequest, expected: ExpectedAnswer): Promise<LocalBytes>;
  /**
   * The parsed JSON of a 200 answer. What comes back is untrusted: shape is the caller's to check.
   *
   * @throws AdapterError `LOCAL_SYSTEM_UNREACHABLE`, `LOCAL_SYSTEM_TIMEOUT`, `LOCAL_SYSTEM_BUSY`, `LOCAL_PERMISSION_DENIED`,
   * `LOCAL_ANSWER_INVALID`, `LOCAL_ANSWER_TOO_LARGE`
   */
  requestJson(request: LocalRequest): Promise<unknown>;
  /** Whether anything answers with HTTP there, whatever it says. Never throws. */
  isReachable(path: string): Promise<boolean>;
}

/** Answers that are not 200 and still say what happened; anything else below 500 is an answer nobody can read. */
const STATUS_ERRORS: Readonly<Record<number, AdapterErrorCode>> = {
  401: 'LOCAL_PERMISSION_DENIED',
  403: 'LOCAL_PERMISSION_DENIED',
  429: 'LOCAL_SYSTEM_BUSY',
  503: 'LOCAL_SYSTEM_BUSY',
};

function urlOf(baseUrl: string, request: LocalRequest): URL {
  const url = new URL(baseUrl.replace(/\/$/, '') + request.path);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
  return url;
}

function bodyOf(request: LocalRequest): { readonly body?: string; readonly type?: string } {
  if (request.json !== undefined) return { body: JSON.stringify(request.json), type: 'application/json' };
  if (request.form === undefined) return {};
  return { body: new URLSearchParams(request.form).toString(), type: 'application/x-www-form-urlencoded' };
}

/** What {@link LocalHttp.requestJson} expects. */
export const JSON_IN_UTF_8: ExpectedAnswer = { mediaType: 'application/json', charset: 'utf-8' };

/** Labels of one encoding differ: `UTF8`, `gb2312` and `x-gbk` are utf-8, gbk and gbk. */
function encodingOf(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

/** A gateway's error page, a login page and an answer in another charset all say so in the content type, if they say anything. */
function requireType(contentType: string | null, expected: ExpectedAnswer): void {
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';').map((part) => part.trim());
  if (type !== expected.mediaType) throw new AdapterError('LOCAL_ANSWER_INVALID', `the local system did not answer with ${expected.mediaType}`);
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length).replaceAll('"', '');
  if (charset !== undefined && encodingOf(charset) !== encodingOf(expected.charset)) {
    throw new AdapterError('LOCAL_ANSWER_INVALID', `the local system did not answer in ${expected.charset}`);
  }
}

async function readLimited(response: Response): Promise<Uint8Array> {
  const tooLarge = (): AdapterError => new AdapterError('LOCAL_ANSWER_TOO_LARGE', `more than ${LOCAL_ANSWER_MAX_BYTES} bytes`);
  if (Number(response.headers.get('content-length') ?? 0) > LOCAL_ANSWER_MAX_BYTES) throw tooLarge();
  if (response.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the body, so a local system that never stops sending is hung up on.
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > LOCAL_ANSWER_MAX_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws AdapterError `LOCAL_ANSWER_INVALID` for what is not JSON in strict UTF-8 */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    // The cause is left out on purpose: V8 quotes the text it could not parse, and that text may name a person.
    throw new AdapterError('LOCAL_ANSWER_INVALID', cause instanceof TypeError ? 'not UTF-8' : 'not JSON');
  }
}

/** Everything fetch can throw is either a time-out or a connection that failed. */
function failureOf(cause: unknown, signal: AbortSignal): AdapterError {
  if (cause instanceof AdapterError) return cause;
  if (signal.aborted) return new AdapterError('LOCAL_SYSTEM_TIMEOUT', 'the local system did not answer in time', { cause });
  return new AdapterError('LOCAL_SYSTEM_UNREACHABLE', 'the local system could not be reached', { cause });
}

/** Fetch with a time limit over the whole answer, a size limit and no redirects; JSON in strict UTF-8 where nothing else is asked for. */
export function createLocalHttp(options: SourceOptions): LocalHttp {
  const send = async (request: LocalRequest, signal: AbortSignal, accept = JSON_IN_UTF_8.mediaType): Promise<Response> => {
    const { body, type } = bodyOf(request);
    return fetch(urlOf(options.baseUrl, request), {
      method: request.method,
      redirect: 'manual',
      signal,
      headers: { accept, ...(type === undefined ? {} : { 'content-type': type }), ...request.headers },
      ...(body === undefined ? {} : { body }),
    });
  };
  const requestBytes = async (request: LocalRequest, expected: ExpectedAnswer): Promise<LocalBytes> => {
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
    let response: Response | undefined;
    try {
      response = await send(request, signal, expected.mediaType);
      const { status } = response;
      if (expected.statuses?.includes(status) === true) {
        await response.body?.cancel();
        return { status, bytes: new Uint8Array() };
      }
      if (status !== 200) {
        const code = STATUS_ERRORS[status] ?? (status >= 500 ? 'LOCAL_SYSTEM_UNREACHABLE' : 'LOCAL_ANSWER_INVALID');
        throw new AdapterError(code, `the local system answered with HTTP status ${status}`);
      }
      requireType(response.headers.get('content-type'), expected);
      return { status, bytes: await readLimited(response) };
    } catch (cause) {
      if (response?.bodyUsed === false) await response.body?.cancel().catch(() => undefined);
      throw failureOf(cause, signal);
    }
  };
  return {
    requestBytes,
    async requestJson(request) {
      return parseJson((await requestBytes(request, JSON_IN_UTF_8)).bytes);
    },
    async isReachable(path) {
      const signal = AbortSignal.timeout(options.timeoutMs);
      try {
        const response = await send({ method: 'GET', path }, signal);
        await response.body?.cancel();
        return true;
      } catch {
        return false;
      }
    },
  };
}
