import type { IdentityDocument } from '@health-code/attestation';
import { z } from 'zod';
import { AdapterError, type AdapterErrorCode } from '../../errors.js';
import { parseAnswer } from '../../local-format/parse-answer.js';
import { findHandle, resolveIdentity } from '../../local-format/stand-in-ports.js';
import { personNotFound } from '../../local-format/translation-table.js';
import { createLocalHttp, type LocalHttp } from '../../local-http/local-http.js';
import type { LocalAnswer, Source, SourceOptions } from '../../province-system.js';
import { CODE_PREFIX } from './profile.js';

const OK = 'BIS:10200';

/** Ours: no errcode but the one for success is documented. */
const ERRORS = new Map<string, AdapterErrorCode>([['BIS:STANDIN-404', 'LOCAL_CODE_INVALID']]);

/** The form a `userUUID` has here; the real one is not documented. */
const USER_UUID = /^[0-9a-f]{32}$/;

const ENVELOPE = z.object({ errcode: z.string(), errmsg: z.string() });
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
  return parseAnswer(z.object({ data: schema }), answer).data;
}

/** Speaks to 健康宝: query on demand. */
export function createSource(options: SourceOptions, now: () => number = Date.now): Source {
  const http = createLocalHttp(options);

  const readUser = async (userUUID: string, signal?: AbortSignal): Promise<LocalAnswer> => {
    const { code } = await request(http, HEALTH_CODE, '/getHealthCode', userUUID, signal);
    const base = await request(http, BASE_DATA, '/getBaseData', userUUID, signal);
    const answeredAt = Math.floor(now() / 1000);
    if (base.validDate <= now()) throw new AdapterError('LOCAL_CODE_EXPIRED', 'a code of 健康宝 ends with its day');
    return {
      fields: { code, createTime: base.createTime, validDate: String(base.validDate) },
      maskedName: base.name,
      maskedIdNumber: base.idCard,
      answeredAt,
    };
  };

  return {
    async readCode(code, _verifier, signal) {
      const answer = await readUser(parseUserUuid(code), signal);
      const identity = await resolveIdentity(http, code, signal);
      return identity === undefined ? answer : { ...answer, identity };
    },
    async readPerson(document: IdentityDocument) {
      // No documented query of 健康宝 begins with an identity number.
      const handle = await findHandle(http, document);
      if (handle === undefined) return personNotFound(Math.floor(now() / 1000));
      return { ...(await readUser(handle['userUUID'] ?? '')), identity: document };
    },
    isReachable: () => http.isReachable('/getHealthCode'),
  };
}
