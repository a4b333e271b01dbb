import { z } from 'zod';
import { AdapterError, type AdapterErrorCode } from '../../errors.js';
import { parseAnswer } from '../../local-format/parse-answer.js';
import { findHandle, resolveIdentity } from '../../local-format/stand-in-ports.js';
import { personNotFound } from '../../local-format/translation-table.js';
import { createLocalHttp } from '../../local-http/local-http.js';
import type { LocalAnswer } from '../../local-answer.js';
import type { KindSource, Source, SourceOptions } from '../../province-system.js';
import { CODE_PREFIX } from './profile.js';
import { readTestResult } from './read-test-result.js';

/** 30 hex digits and 13 digits of milliseconds since the epoch. */
const UID = /^[0-9a-f]{30}[0-9]{13}$/;

const ANSWER = z.object({
  code: z.union([z.string(), z.int().transform(String)]),
  data: z.unknown(),
  message: z.string().nullish(),
});

/** `data` is JSON inside a JSON string. */
const DATA = z.object({ type: z.string(), usertype: z.string().optional() });

/** "1" is documented for a QR code that has expired; "-1" is the stand-in's own for one that was never issued. */
const ERRORS = new Map<string, AdapterErrorCode>([
  ['1', 'LOCAL_CODE_EXPIRED'],
  ['-1', 'LOCAL_CODE_INVALID'],
]);

function parseUid(code: string): string {
  if (!code.startsWith(CODE_PREFIX)) throw new AdapterError('LOCAL_CODE_FOREIGN', 'not a 随申码');
  const uid = code.slice(CODE_PREFIX.length);
  if (!UID.test(uid)) throw new AdapterError('LOCAL_CODE_INVALID', 'a 随申码 that was not read whole');
  return uid;
}

function readType(data: unknown): LocalAnswer['fields'] {
  try {
    const { type, usertype } = parseAnswer(DATA, JSON.parse(parseAnswer(z.string(), data)));
    return { type, ...(usertype === undefined ? {} : { usertype }) };
  } catch {
    // The text is not kept as the cause: it speaks of a person.
    throw new AdapterError('LOCAL_ANSWER_INVALID', 'data of ewmcheck is not the documented JSON');
  }
}

/** Speaks to 随申码: query on demand. */
export function createSource(options: SourceOptions, now: () => number = Date.now): Source {
  const http = createLocalHttp(options);

  const ask = async (path: string, uid: string, signal?: AbortSignal): Promise<unknown> => {
    const answer = parseAnswer(
      ANSWER,
      await http.requestJson({ method: 'GET', path, query: { uid }, ...(signal === undefined ? {} : { signal }) }),
    );
    if (answer.code !== '0')
      throw new AdapterError(
        ERRORS.get(answer.code) ?? 'LOCAL_ANSWER_INVALID',
        '随申码 answered with another code than success',
      );
    return answer.data;
  };

  const reading = (path: string, readFields: (data: unknown) => LocalAnswer['fields']): KindSource => {
    const read = async (uid: string, signal?: AbortSignal): Promise<LocalAnswer> => ({
      fields: readFields(await ask(path, uid, signal)),
      answeredAt: Math.floor(now() / 1000),
    });
    return {
      async readCode(code, _verifier, signal) {
        const answer = await read(parseUid(code), signal);
        const person = await resolveIdentity(http, code, signal);
        return { ...answer, ...person };
      },
      async readPerson(document) {
        // No documented query of 随申码 begins with an identity number.
        const handle = await findHandle(http, document);
        if (handle === undefined) return personNotFound(Math.floor(now() / 1000));
        return { ...(await read(handle['uid'] ?? '')), identity: document };
      },
    };
  };

  return {
    ...reading('/ewmcheck', readType),
    kinds: { 'nucleic-acid-test': reading('/standin-nat', readTestResult) },
    isReachable: () => http.isReachable('/ewmcheck'),
  };
}
