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

/** An answer as it is sent, signed over the text of its content as it stands there. */
export function sealAnswer(method: string, content: unknown, key: KeyObject): string {
  const text = JSON.stringify(content);
  return `{"${responseMember(method)}":${text},"sign":"${signText(text, key)}"}`;
}

const END = /,"sign":"([A-Za-z0-9+/]+={0,2})"\}$/;

/**
 * The content of an answer to `method`. What is not signed is not even parsed.
 *
 * @throws AdapterError `LOCAL_ANSWER_INVALID` for an answer to another method, without a signature, or with a wrong one
 */
export function openAnswer(method: string, answer: string, key: KeyObject): unknown {
  const begin = `{"${responseMember(method)}":`;
  const text = answer.trim();
  const end = END.exec(text);
  if (!text.startsWith(begin) || end?.[1] === undefined) {
    throw new AdapterError('LOCAL_ANSWER_INVALID', 'the gateway did not answer this method with a signature');
  }
  const content = text.slice(begin.length, end.index);
  if (!isSignedBy(content, end[1], key)) throw new AdapterError('LOCAL_ANSWER_INVALID', "the gateway's signature does not fit its answer");
  try {
    return JSON.parse(content);
  } catch {
    // The cause is left out on purpose: V8 quotes the text it could not parse, and that text may name a person.
    throw new AdapterError('LOCAL_ANSWER_INVALID', "the gateway's answer is not JSON");
  }
}
