import { z, type ZodType } from 'zod';
import { AdapterError, type AdapterErrorCode } from '../../errors.js';
import { parseAnswer } from '../../local-format/parse-answer.js';
import { findHandle, resolveIdentity } from '../../local-format/stand-in-ports.js';
import { personNotFound } from '../../local-format/translation-table.js';
import { createLocalHttp } from '../../local-http/local-http.js';
import type { LocalAnswer } from '../../local-answer.js';
import type { KindSource, Source, SourceOptions } from '../../province-system.js';
import { CODE_PREFIX } from './profile.js';
import { readTestResult } from './read-test-result.js';

const OK = '0';

/** What the documented client takes for a grade that is not there. */
const GRADE_ABSENT = '20';

/** Ours: no errcode but the one for success is documented. */
const ERRORS = new Map<string, AdapterErrorCode>([
  ['standin-expired', 'LOCAL_CODE_EXPIRED'],
  ['standin-unknown', 'LOCAL_CODE_INVALID'],
  ['standin-handle', 'LOCAL_CODE_EXPIRED'],
]);

/** The form of the random part here; the real one is not documented. */
const RANDOM_PART = /^[0-9a-f]{48}$/;

const ENVELOPE = z.object({ errcode: z.union([z.string(), z.int().transform(String)]) });
const DATA = z.object({ data: z.unknown() });
const VALIDATED = z.object({ bizExtData: z.string().min(1) });
const CONTENT = z.object({ content: z.string() });

/**
 * What is taken of the health information, beside the last test. Reports, declarations, trips and warnings stand there too and are
 * not read: what was never taken cannot leave.
 */
const GRADE = z.object({ data: z.object({ fxdj: z.string().nullish() }) });
const PERSON = z.object({
  data: z.object({ person: z.object({ desensitizeName: z.string(), desensitizeCardId: z.string() }) }),
});

/** Takes the fields of one kind of statement out of the health information. */
type ReadFields = (content: unknown) => LocalAnswer['fields'];

const readGrade: ReadFields = (content) => ({ fxdj: parseAnswer(GRADE, content).data.fxdj ?? GRADE_ABSENT });

function requireWhole(code: string): void {
  if (!code.startsWith(CODE_PREFIX)) throw new AdapterError('LOCAL_CODE_FOREIGN', 'not a 河北健康码');
  if (!RANDOM_PART.test(code.slice(CODE_PREFIX.length)))
    throw new AdapterError('LOCAL_CODE_INVALID', 'a 河北健康码 that was not read whole');
}

function parseContent(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The text is not kept as the cause: it speaks of a person.
    throw new AdapterError('LOCAL_ANSWER_INVALID', 'content of validateInfo is not the documented JSON');
  }
}

/** Speaks to 河北健康码: query on demand, in the two steps of the documented client. */
export function createSource(options: SourceOptions, now: () => number = Date.now): Source {
  const http = createLocalHttp(options);

  const post = async <T>(schema: ZodType<T>, path: string, json: unknown, signal?: AbortSignal): Promise<T> => {
    const answer = await http.requestJson({ method: 'POST', path, json, ...(signal === undefined ? {} : { signal }) });
    const { errcode } = parseAnswer(ENVELOPE, answer);
    if (errcode !== OK)
      throw new AdapterError(
        ERRORS.get(errcode) ?? 'LOCAL_ANSWER_INVALID',
        '河北健康码 answered with another errcode than success',
      );
    return parseAnswer(schema, parseAnswer(DATA, answer).data);
  };

  const validateCode = async (qrCode: string, signal?: AbortSignal): Promise<string> => {
    requireWhole(qrCode);
    return (await post(VALIDATED, '/hbjkm/code/validateCode', { qrCode }, signal)).bizExtData;
  };

  const validateInfo = async (bizExtData: string, readFields: ReadFields, signal?: AbortSignal): Promise<LocalAnswer> => {
    const { content } = await post(CONTENT, '/hbjkm/userHealth/validateInfo', { bizExtData }, signal);
    const health = parseContent(content);
    const { person } = parseAnswer(PERSON, health).data;
    return {
      fields: readFields(health),
      maskedName: person.desensitizeName,
      maskedIdNumber: person.desensitizeCardId,
      bizExtData,
      answeredAt: Math.floor(now() / 1000),
    };
  };

  const withIdentity = async (answer: LocalAnswer, issued: string, signal?: AbortSignal): Promise<LocalAnswer> => {
    const person = await resolveIdentity(http, issued, signal);
    return { ...answer, ...person };
  };

  const reading = (readFields: ReadFields): KindSource => ({
    async readCode(code, _verifier, signal) {
      const bizExtData = await validateCode(code, signal);
      return withIdentity(await validateInfo(bizExtData, readFields, signal), code, signal);
    },
    async readPerson(document) {
      // No documented query of 河北健康码 begins with an identity number.
      const handle = await findHandle(http, document);
      if (handle === undefined) return personNotFound(Math.floor(now() / 1000));
      return { ...(await validateInfo(handle['bizExtData'] ?? '', readFields)), identity: document };
    },
  });

  return {
    ...reading(readGrade),
    kinds: { 'nucleic-acid-test': reading(readTestResult) },
    async readBizExtData(bizExtData) {
      return withIdentity(await validateInfo(bizExtData, readGrade), bizExtData);
    },
    isReachable: () => http.isReachable('/hbjkm/userHealth/validateInfo'),
  };
}
