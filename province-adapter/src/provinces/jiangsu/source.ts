import type { IdentityDocument } from '@health-code/attestation';
import { z } from 'zod';
import { AdapterError, type AdapterErrorCode } from '../../errors.js';
import { getCredentials } from '../../local-format/configured-credentials.js';
import { parseAnswer } from '../../local-format/parse-answer.js';
import { findHandle, resolveIdentity } from '../../local-format/stand-in-ports.js';
import { personNotFound } from '../../local-format/translation-table.js';
import { createLocalHttp } from '../../local-http/local-http.js';
import type { LocalAnswer, VerifierContext } from '../../local-answer.js';
import type { Source, SourceOptions } from '../../province-system.js';
import { CODE_PREFIX } from './profile.js';

const OK = '0';

/** Documented values of resCode. "1" is "other failure": the local system's own trouble, to be tried again. */
const ERRORS = new Map<string, AdapterErrorCode>([
  ['1', 'LOCAL_SYSTEM_BUSY'],
  ['111', 'LOCAL_CODE_EXPIRED'],
  ['112', 'LOCAL_CODE_FOREIGN'],
  ['116', 'LOCAL_PERMISSION_DENIED'],
  ['118', 'LOCAL_PERMISSION_DENIED'],
  ['119', 'LOCAL_VERIFIER_INCOMPLETE'],
]);

/**
 * 苏康码 demands a person's name and phone behind the scanner. A cross-province check has none and shall have none: the
 * adapter names its duty desk. Ours.
 */
const DUTY_DESK = {
  source: 'mutual-recognition',
  verifierName: '跨省互认值班',
  verifierPhone: '12345',
} as const;

const CREDENTIALS = z.object({ token: z.string() });

/** What the stand-in takes; used on a loopback address alone. */
const STAND_IN_CREDENTIALS = { token: 'standin-scanner' };

const RES_CODE = z.object({ resCode: z.union([z.string(), z.int().transform(String)]) });
const ANSWER = z.object({
  res: z.object({ name: z.string(), phone: z.string(), idcardNo: z.string(), level: z.string() }),
});

/** The scanner's own check: the query has `qrCode=<opaque>&`, and the text ends with "result" or was not read whole. */
function requireWhole(code: string): void {
  if (!code.startsWith(CODE_PREFIX)) throw new AdapterError('LOCAL_CODE_FOREIGN', 'not a 苏康码');
  if (!/[?&]qrCode=[^&]+&/.test(code) || !code.endsWith('result'))
    throw new AdapterError('LOCAL_CODE_INVALID', 'a 苏康码 that was not read whole');
}

/**
 * Speaks to 苏康码: query on demand, as a scanner that says who it is and where it stands.
 *
 * @throws AdapterError `CONFIG_INVALID` without credentials
 */
export function createSource(options: SourceOptions, now: () => number = Date.now): Source {
  const { token } = getCredentials(options, CREDENTIALS, STAND_IN_CREDENTIALS, "token, the scanner's");
  const http = createLocalHttp(options);

  const verify = async (url: string, verifier: VerifierContext, signal?: AbortSignal): Promise<LocalAnswer> => {
    const { organisation, position } = verifier;
    if (organisation === '' || position === '')
      throw new AdapterError('LOCAL_VERIFIER_INCOMPLETE', '苏康码 answers nobody without organisation and position');
    const form = { url, position, verifierDept: organisation, token, ...DUTY_DESK };
    const answer = await http.requestJson({
      method: 'POST',
      path: '/scan/verify',
      form,
      ...(signal === undefined ? {} : { signal }),
    });
    const { resCode } = parseAnswer(RES_CODE, answer);
    if (resCode !== OK)
      throw new AdapterError(
        ERRORS.get(resCode) ?? 'LOCAL_ANSWER_INVALID',
        '苏康码 answered with another resCode than success',
      );
    const { res } = parseAnswer(ANSWER, answer);
    return {
      fields: { level: res.level },
      maskedName: res.name,
      maskedIdNumber: res.idcardNo,
      answeredAt: Math.floor(now() / 1000),
    };
  };

  return {
    async readCode(code, verifier, signal) {
      requireWhole(code);
      const answer = await verify(code, verifier, signal);
      const person = await resolveIdentity(http, code, signal);
      return { ...answer, ...person };
    },
    async readPerson(document: IdentityDocument, verifier) {
      // No documented query of 苏康码 begins with an identity number.
      const handle = await findHandle(http, document);
      if (handle === undefined) return personNotFound(Math.floor(now() / 1000));
      return { ...(await verify(handle['url'] ?? '', verifier)), identity: document };
    },
    isReachable: () => http.isReachable('/scan/verify'),
  };
}
