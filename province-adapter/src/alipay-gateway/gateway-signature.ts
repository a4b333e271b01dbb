import { sign, verify, type KeyObject } from 'node:crypto';
import { AdapterError } from '../errors.js';

/** sign_type RSA2 of the platform's general documentation: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 8.2). */
const DIGEST = 'sha256';

/** The text a request is signed over: every parameter but `sign`, empty ones left out, in the order of their names. */
export function signingText(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .filter(([name, value]) => name !== 'sign' && value !== '')
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** A signature as it is sent: base64. */
export function signText(text: string, key: KeyObject): string {
  return sign(DIGEST, Buffer.from(text), key).toString('base64');
}

/** Whether `signature` was made over exactly this text. */
export function isSignedBy(text: string, signature: string, key: KeyObject): boolean {
  return verify(DIGEST, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}

/** Member of an answer that belongs to a method. */
export function responseMember(method: string): string {
  return `${method.replaceAll('.', '_')}_response`;
}

/** Member of an answer to a request that never got as far as its method. */
export const ERROR_MEMBER = 'error_response';

/** An answer as it is sent, signed over the text of its content as it stands there. @param member {@link responseMember} of the method, or {@link ERROR_MEMBER} */
export function sealAnswer(member: string, content: unknown, key: KeyObject): string {
  const text = JSON.stringify(content);
  return `{"${member}":${text},"sign":"${signText(text, key)}"}`;
}

const BEGIN = /^\s*\{\s*"([a-z_]+)"\s*:\s*(?=\{)/;
const END = /^"sign"\s*:\s*"([A-Za-z0-9+/]+={0,2})"\s*\}\s*$/;

/** An answer of the gateway whose signature fits. */
export interface OpenedAnswer {
  readonly content: unknown;
  /** It stands in `error_response`: whatever it says, it is no answer to a method. */
  readonly isError: boolean;
}

function parseContent(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    // The cause is left out on purpose: V8 quotes the text it could not parse, and that text may name a person.
    throw new AdapterError('LOCAL_ANSWER_INVALID', "the gateway's answer is not JSON");
  }
}

/**
 * The content of an answer to `method`, which is an object of two members: the content, and then its signature over the text as
 * it stands there. What is not signed is not even parsed.
 *
 * @throws AdapterError `LOCAL_ANSWER_INVALID` for an answer to another method, without a signature, or with a wrong one
 */
export function openAnswer(method: string, answer: string, key: KeyObject): OpenedAnswer {
  const begin = BEGIN.exec(answer);
  const signedUntil = answer.lastIndexOf('"sign"');
  const end = END.exec(signedUntil < 0 ? '' : answer.slice(signedUntil));
  const before = begin === null ? '' : answer.slice(begin[0].length, Math.max(signedUntil, 0)).trimEnd();
  const isError = begin?.[1] === ERROR_MEMBER;
  if ((begin?.[1] !== responseMember(method) && !isError) || end?.[1] === undefined || !before.endsWith(',')) {
    throw new AdapterError('LOCAL_ANSWER_INVALID', 'the gateway did not answer this method with a signature');
  }
  const content = before.slice(0, -1).trimEnd();
  if (!isSignedBy(content, end[1], key)) throw new AdapterError('LOCAL_ANSWER_INVALID', "the gateway's signature does not fit its answer");
  return { content: parseContent(content), isError };
}
