import { z } from 'zod';
import { AdapterError, type AdapterErrorCode } from '../../errors.js';
import { parseAnswer } from '../../local-format/parse-answer.js';
import { findHandle, resolveIdentity } from '../../local-format/stand-in-ports.js';
import { personNotFound } from '../../local-format/translation-table.js';
import { createLocalHttp, type LocalHttp } from '../../local-http/local-http.js';
import type { LocalAnswer } from '../../local-answer.js';
import type { KindSource, Source, SourceOptions } from '../../province-system.js';
import { CODE_PREFIX } from './profile.js';
import { TEST, testFields } from './read-test-result.js';

const OK = 'BIS:10200';

/** Ours: no errcode but the one for success is documented. */
const ERRORS = new Map<string, AdapterErrorCode>([['BIS:STANDIN-404', 'LOCAL_CODE_INVALID']]);

/** The form a `userUUID` has here; the real one is not documented. */
const USER_UUID = /^[0-9a-f]{32}$/;

const ENVELOPE = z.object({ errcode: z.string(), errmsg: z.string() });
const CONTENT = z.object({ data: z.unknown() });
const HEALTH_CODE = z.object({ code: z.union([z.string(), z.int().transform(String)]) });
const BASE_DATA = z.object({ name: z.string(), idCard: z.string(), createTime: z.string(), validDate: z.int() });

function parseUserUuid(code: string): string {
  if (!code.startsWith(CODE_PREFIX)) throw new AdapterError('LOCAL_CODE_FOREIGN', 'not a code of 健康宝');
  const userUUID = code.slice(CODE_PREFIX.length);
  if (!USER_UUID.test(userUUID))
    throw new AdapterError('LOCAL_CODE_INVALID', 'a code of 健康宝 that was not read whole');
  return userUUID;
}

async function request<T>(
  http: LocalHttp,
  schema: z.ZodType<T>,
  path: string,
  userUUID: string,
  signal?: AbortSignal,
): Promise<T> {
  const answer = await http.requestJson({
    method: 'GET',
    path,
    query: { userUUID },
    ...(signal === undefined ? {} : { signal }),
  });
  const { errcode } = parseAnswer(ENVELOPE, answer);
  if (errcode !== OK)
    throw new AdapterError(
      ERRORS.get(errcode) ?? 'LOCAL_ANSWER_INVALID',
      '健康宝 answered with another errcode than success',
    );
  return parseAnswer(schema, parseAnswer(CONTENT, answer).data);
}

type Ask = <T>(schema: z.ZodType<T>, path: string) => Promise<T>;

/** Asks for the fields of one kind of statement. */
type ReadFields = (ask: Ask, base: z.infer<typeof BASE_DATA>) => Promise<LocalAnswer['fields']>;

const readStatus: ReadFields = async (ask, { createTime, validDate }) => {
  const { code } = await ask(HEALTH_CODE, '/getHealthCode');
  return { code, createTime, validDate: String(validDate) };
};

const readTest: ReadFields = async (ask) => testFields(await ask(TEST, '/codeHsjc/resultQuery'));

/** Speaks to 健康宝: query on demand. */
export function createSource(options: SourceOptions, now: () => number = Date.now): Source {
  const http = createLocalHttp(options);

  /** Both name the person as 健康宝 masks them, and end with the day of the code. */
  const readUser = async (userUUID: string, readFields: ReadFields, signal?: AbortSignal): Promise<LocalAnswer> => {
    const ask = <T>(schema: z.ZodType<T>, path: string): Promise<T> => request(http, schema, path, userUUID, signal);
    const base = await ask(BASE_DATA, '/getBaseData');
    if (base.validDate <= now()) throw new AdapterError('LOCAL_CODE_EXPIRED', 'a code of 健康宝 ends with its day');
    const fields = await readFields(ask, base);
    return { fields, maskedName: base.name, maskedIdNumber: base.idCard, answeredAt: Math.floor(now() / 1000) };
  };

  const reading = (readFields: ReadFields): KindSource => ({
    async readCode(code, _verifier, signal) {
      const answer = await readUser(parseUserUuid(code), readFields, signal);
      const person = await resolveIdentity(http, code, signal);
      return { ...answer, ...person };
    },
    async readPerson(document) {
      // No documented query of 健康宝 begins with an identity number.
      const handle = await findHandle(http, document);
      if (handle === undefined) return personNotFound(Math.floor(now() / 1000));
      return { ...(await readUser(handle['userUUID'] ?? '', readFields)), identity: document };
    },
  });

  return {
    ...reading(readStatus),
    kinds: { 'nucleic-acid-test': reading(readTest) },
    isReachable: () => http.isReachable('/getHealthCode'),
  };
}
