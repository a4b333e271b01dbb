import { z } from 'zod';
import { AdapterError, type AdapterErrorCode } from '../errors.js';
import { formatChinaTime } from '../local-format/china-time.js';
import { isMaskedName } from '../local-format/masked.js';
import { parseAnswer } from '../local-format/parse-answer.js';
import { findHandle, resolveIdentity } from '../local-format/stand-in-ports.js';
import { personNotFound } from '../local-format/translation-table.js';
import { createLocalHttp } from '../local-http/local-http.js';
import type { LocalAnswer } from '../local-answer.js';
import type { Source, SourceOptions } from '../province-system.js';
import { createCredentialsReader, type GatewayCredentials } from './gateway-credentials.js';
import { gatewayCodePrefix, type GatewayCity, type GatewayProvince } from './gateway-city.js';
import { openAnswer, signText, signingText } from './gateway-signature.js';

/** Path of the gateway, of the platform's general documentation. */
export const GATEWAY_PATH = '/gateway.do';

/** 验码. */
export const VERIFY_METHOD = 'alipay.ebpp.industry.gov.healthcode.verify';

/** The random part of a `code_content`; ours, as its prefix. */
const RANDOM_PART = /^[0-9a-f]{40}$/;

const SUCCESS = '10000';

/** `code` of the platform's general documentation, and `code/sub_code` of the stand-in; every other is no answer. */
const ERRORS = new Map<string, AdapterErrorCode>([
  ['20000', 'LOCAL_SYSTEM_BUSY'],
  ['20001', 'LOCAL_PERMISSION_DENIED'],
  ['40006', 'LOCAL_PERMISSION_DENIED'],
  ['40004/STANDIN.CODE_EXPIRED', 'LOCAL_CODE_EXPIRED'],
  ['40004/STANDIN.CODE_UNKNOWN', 'LOCAL_CODE_INVALID'],
]);

const RESULT = z.object({ code: z.string(), sub_code: z.string().optional() });
const VERIFIED = z.object({ code_color: z.string(), user_name: z.string() });

function refuse({ code, sub_code: subCode }: z.infer<typeof RESULT>): never {
  const error = ERRORS.get(`${code}/${subCode ?? ''}`) ?? ERRORS.get(code) ?? 'LOCAL_ANSWER_INVALID';
  throw new AdapterError(error, `the gateway answered with code ${/^\d{5}$/.test(code) ? code : 'of no known form'}`);
}

function findCity(cities: readonly GatewayCity[], code: string): GatewayCity {
  const city = cities.find((candidate) => code.startsWith(gatewayCodePrefix(candidate.code)));
  if (city === undefined) throw new AdapterError('LOCAL_CODE_FOREIGN', 'not a code of this province, nor of a city it answers for');
  if (!RANDOM_PART.test(code.slice(gatewayCodePrefix(city.code).length))) {
    throw new AdapterError('LOCAL_CODE_INVALID', 'a code that was not read whole');
  }
  return city;
}

/** Speaks to the gateway: query on demand, every request and every answer signed. */
export function createGatewaySource({ cities }: Pick<GatewayProvince, 'cities'>, options: SourceOptions, now: () => number = Date.now): Source {
  const http = createLocalHttp(options);
  const readCredentials = createCredentialsReader(http, options);

  const call = async (method: string, content: Readonly<Record<string, string>>, { appId, applicationKey, gatewayKey }: GatewayCredentials, signal?: AbortSignal): Promise<unknown> => {
    const parameters = {
      app_id: appId,
      method,
      format: 'JSON',
      charset: 'utf-8',
      sign_type: 'RSA2',
      timestamp: formatChinaTime(now()),
      version: '1.0',
    };
    const form = { biz_content: JSON.stringify(content) };
    // As the platform's own package does: in the address what is common to all methods, in the body what is this one's.
    const query = { ...parameters, sign: signText(signingText({ ...parameters, ...form }), applicationKey) };
    const request = { method: 'POST', path: GATEWAY_PATH, query, form, ...(signal === undefined ? {} : { signal }) } as const;
    const { bytes } = await http.requestBytes(request, { mediaType: 'application/json', charset: 'utf-8' });
    const { content: answer, isError } = openAnswer(method, decodeUtf8(bytes), gatewayKey);
    const result = parseAnswer(RESULT, answer);
    return result.code === SUCCESS && !isError ? answer : refuse(result);
  };

  const verifyCode = async (code: string, signal?: AbortSignal): Promise<LocalAnswer> => {
    const city = findCity(cities, code);
    const content = { city_code: city.code, code_content: code, industry_type: 'HEALTH_CODE' };
    const verified = parseAnswer(VERIFIED, await call(VERIFY_METHOD, content, await readCredentials(signal), signal));
    return {
      fields: { code_color: verified.code_color, city_code: city.code },
      ...(isMaskedName(verified.user_name) ? { maskedName: verified.user_name } : {}),
      answeredAt: Math.floor(now() / 1000),
    };
  };

  return {
    async readCode(code, _verifier, signal) {
      const answer = await verifyCode(code, signal);
      const person = await resolveIdentity(http, code, signal);
      return { ...answer, ...person };
    },
    async readPerson(document) {
      // No documented method of the gateway begins with an identity number.
      const handle = await findHandle(http, document);
      if (handle === undefined) return personNotFound(Math.floor(now() / 1000));
      return { ...(await verifyCode(handle['code_content'] ?? '')), identity: document };
    },
    isReachable: () => http.isReachable(GATEWAY_PATH),
  };
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new AdapterError('LOCAL_ANSWER_INVALID', 'not UTF-8');
  }
}
