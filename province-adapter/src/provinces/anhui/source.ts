import type { IdentityDocument } from '@health-code/attestation';
import { z } from 'zod';
import { AdapterError, type AdapterErrorCode } from '../../errors.js';
import { isMaskedName, isMaskedNumber } from '../../local-format/masked.js';
import { parseAnswer } from '../../local-format/parse-answer.js';
import { resolveIdentity } from '../../local-format/stand-in-ports.js';
import { personNotFound } from '../../local-format/translation-table.js';
import { createLocalHttp } from '../../local-http/local-http.js';
import type { LocalAnswer } from '../../local-answer.js';
import type { Source, SourceOptions } from '../../province-system.js';
import { ANSWER, keepAuthorised, type AuthorisedAnswer } from './authorised-answer.js';
import { CODE_PREFIX } from './profile.js';

/** Ours, like the values below: which values flag takes is not documented. */
const OK = 'standin-ok';

const ERRORS = new Map<string, AdapterErrorCode>([
  ['standin-expired', 'LOCAL_CODE_EXPIRED'],
  ['standin-unknown', 'LOCAL_CODE_INVALID'],
  ['standin-denied', 'LOCAL_PERMISSION_DENIED'],
  ['standin-nobody', 'LOCAL_PERSON_UNRESOLVED'],
]);

/** The form of the random part here; the real one is not documented. */
const RANDOM_PART = /^[0-9a-f]{48}$/;

const ENVELOPE = z.object({ flag: z.string() });
const CONTENT = z.object({ data: ANSWER });

function requireWhole(code: string): void {
  if (!code.startsWith(CODE_PREFIX)) throw new AdapterError('LOCAL_CODE_FOREIGN', 'not a 安康码');
  if (!RANDOM_PART.test(code.slice(CODE_PREFIX.length)))
    throw new AdapterError('LOCAL_CODE_INVALID', 'a 安康码 that was not read whole');
}

function answerOf({ name, idCardNo, ...fields }: AuthorisedAnswer, answeredAt: number): LocalAnswer {
  return {
    // Without a level, the translation says by this that none was authorised.
    fields: { ...fields, authField: Object.keys(fields).join(',') },
    // Whether name and number come masked is not documented: what is not masked is treated as not there.
    ...(name !== undefined && isMaskedName(name) ? { maskedName: name } : {}),
    ...(idCardNo !== undefined && isMaskedNumber(idCardNo) ? { maskedIdNumber: idCardNo } : {}),
    ...(fields.colourReason === undefined ? {} : { guidance: fields.colourReason }),
    answeredAt,
  };
}

/** Speaks to 安康码: query on demand, by code and by identity card. */
export function createSource(options: SourceOptions, now: () => number = Date.now): Source {
  const http = createLocalHttp(options);
  const seconds = (): number => Math.floor(now() / 1000);

  const post = async (path: string, json: unknown, signal?: AbortSignal): Promise<AuthorisedAnswer> => {
    const answer = await http.requestJson({ method: 'POST', path, json, ...(signal === undefined ? {} : { signal }) });
    const { flag } = parseAnswer(ENVELOPE, answer);
    if (flag !== OK)
      throw new AdapterError(ERRORS.get(flag) ?? 'LOCAL_ANSWER_INVALID', '安康码 answered with another flag than success');
    return keepAuthorised(parseAnswer(CONTENT, answer).data);
  };

  /** Absent for whom 安康码 does not know, and for whom it cannot be asked about: it asks by 居民身份证. */
  const findByIdCard = async (document: IdentityDocument, signal?: AbortSignal): Promise<AuthorisedAnswer | undefined> => {
    if (document.type !== '01') return undefined;
    try {
      return await post('/standin-akm/query', { idCardNo: document.number }, signal);
    } catch (cause) {
      if (cause instanceof AdapterError && cause.code === 'LOCAL_PERSON_UNRESOLVED') return undefined;
      throw cause;
    }
  };

  return {
    async readCode(code, _verifier, signal) {
      requireWhole(code);
      const scanned = await post('/standin-akm/scan', { code }, signal);
      const { identity, ...problem } = await resolveIdentity(http, code, signal);
      if (identity === undefined) return { ...answerOf(scanned, seconds()), ...problem };
      // A scan states neither reason nor time; the query by identity card states both where the person authorised them.
      const stated = await findByIdCard(identity, signal);
      const isSameStatement = stated?.healthLevel === scanned.healthLevel && stated?.dataSource === scanned.dataSource;
      return { ...answerOf(isSameStatement ? { ...stated, ...scanned } : scanned, seconds()), identity };
    },
    async readPerson(document) {
      const stated = await findByIdCard(document);
      return stated === undefined ? personNotFound(seconds()) : { ...answerOf(stated, seconds()), identity: document };
    },
    isReachable: () => http.isReachable('/standin-akm/query'),
  };
}
