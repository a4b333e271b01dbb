import { z } from 'zod';
import { AdapterError, type AdapterErrorCode } from '../../errors.js';
import { getCredentials } from '../../local-format/configured-credentials.js';
import { identityOf } from '../../local-format/identity.js';
import { parseAnswer } from '../../local-format/parse-answer.js';
import { findHandle, requestPort, resolveIdentity } from '../../local-format/stand-in-ports.js';
import { personNotFound } from '../../local-format/translation-table.js';
import { createLocalHttp } from '../../local-http/local-http.js';
import type { LocalAnswer } from '../../local-answer.js';
import type { LocalChanges, Source, SourceOptions } from '../../province-system.js';
import { CERTIFICATE_TYPE_OF, CERTIFICATE_TYPES } from './certificate-type.js';
import { CODE_PREFIX } from './profile.js';
import { signRequest } from './sign-request.js';

const OK = '0';

/** Ours: no errcode but the one for success is documented. */
const ERRORS = new Map<string, AdapterErrorCode>([
  ['standin-sign', 'LOCAL_PERMISSION_DENIED'],
  ['standin-unknown', 'LOCAL_CODE_INVALID'],
]);

/** The stand-in's own. */
const STAND_IN_CREDENTIALS = { appId: 'standin-app', secretKey: 'standin-secret' };

/** As they stand in LOCAL_SYSTEM_CREDENTIALS_FILE. */
const CREDENTIALS = z.object({ appId: z.string().min(1), secretKey: z.string().min(1) });

const CODE_CONTENT = /^[0-9a-f]{48}$/;

const ENVELOPE = z.object({ errcode: z.union([z.string(), z.int().transform(String)]) });
const CONTENT = z.object({ data: z.unknown() });
const REPORT = z.object({
  risk_assessment_grade: z.string(),
  reason: z.string(),
  guide: z.string(),
  rule_number: z.string().optional(),
  report_date: z.string(),
  report_valid_date: z.string(),
  report_expired: z.boolean(),
});
const DECODED = z.union([
  z.object({ qrcode_expired: z.literal(true) }),
  REPORT.extend({ name: z.string(), certificate_id: z.string(), certificate_type: z.string() }),
]);

/** Ours: which people changed. The status itself is then read through the documented interface. */
const CERTIFICATE = z.object({ certificate_type: z.string(), certificate_id: z.string(), name: z.string() });
const CHANGES = z.object({ changes: z.array(CERTIFICATE), cursor: z.string() });

type Certificate = z.infer<typeof CERTIFICATE>;

function answerOf(report: z.infer<typeof REPORT>, answeredAt: number): LocalAnswer {
  const { guide, report_expired, rule_number, ...texts } = report;
  return {
    fields: { ...texts, report_expired: String(report_expired), ...(rule_number === undefined ? {} : { rule_number }) },
    // The words of the reason are for the person as much as the guide is.
    guidance: [report.reason, guide].filter((text) => text !== '').join('。'),
    answeredAt,
  };
}

function requireWhole(code: string): void {
  if (!code.startsWith(CODE_PREFIX)) throw new AdapterError('LOCAL_CODE_FOREIGN', 'not a code of 天府健康通');
  if (!CODE_CONTENT.test(code.slice(CODE_PREFIX.length)))
    throw new AdapterError('LOCAL_CODE_INVALID', 'a code of 天府健康通 that was not read whole');
}

/** Speaks to 天府健康通: polled for changes, queried on demand. @throws AdapterError `CONFIG_INVALID` without credentials */
export function createSource(options: SourceOptions, now: () => number = Date.now): Source {
  const credentials = getCredentials(options, CREDENTIALS, STAND_IN_CREDENTIALS, 'appId and secretKey');
  const http = createLocalHttp(options);

  const post = async (
    path: string,
    parameters: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<unknown> => {
    const signed = { ...credentials, ...parameters, timestamp: String(now()) };
    const answer = await http.requestJson({
      method: 'POST',
      path,
      json: { ...signed, sign: signRequest(signed) },
      ...(signal === undefined ? {} : { signal }),
    });
    const { errcode } = parseAnswer(ENVELOPE, answer);
    if (errcode !== OK)
      throw new AdapterError(
        ERRORS.get(errcode) ?? 'LOCAL_ANSWER_INVALID',
        '天府健康通 answered with another errcode than success',
      );
    return parseAnswer(CONTENT, answer).data;
  };

  const seconds = (): number => Math.floor(now() / 1000);
  const readReport = (person: Certificate): Promise<unknown> => post('/health/code', { ...person });

  /** A person the local system names among its changes and then does not know has no report. */
  const findReport = async (person: Certificate): Promise<unknown> => {
    try {
      return await readReport(person);
    } catch (cause) {
      if (cause instanceof AdapterError && cause.code === 'LOCAL_CODE_INVALID') return undefined;
      throw cause;
    }
  };

  /** One person's report that cannot be read is refused by the translation, for want of fields: it does not hold up the others. */
  const readChange = async (person: Certificate): Promise<LocalAnswer> => {
    const data = REPORT.safeParse(await findReport(person));
    const answer = data.success ? answerOf(data.data, seconds()) : { fields: {}, answeredAt: seconds() };
    return { ...answer, ...identityOf(CERTIFICATE_TYPES[person.certificate_type] ?? '', person.certificate_id) };
  };

  return {
    async readCode(code, _verifier, signal) {
      requireWhole(code);
      const decoded = parseAnswer(DECODED, await post('/health/decode', { code_content: code }, signal));
      if ('qrcode_expired' in decoded) throw new AdapterError('LOCAL_CODE_EXPIRED', 'qrcode_expired');
      const { name, certificate_id, certificate_type, ...report } = decoded;
      if (!Object.hasOwn(CERTIFICATE_TYPES, certificate_type))
        throw new AdapterError('LOCAL_ANSWER_INVALID', 'certificate_type is none of the documented ones');
      const person = await resolveIdentity(http, code, signal);
      return {
        ...answerOf(report, seconds()),
        maskedName: name,
        maskedIdNumber: certificate_id,
        ...person,
      };
    },
    async readPerson(document) {
      // /health/code asks by certificate, and wants the name as well.
      const handle = await findHandle(http, document);
      if (handle === undefined) return personNotFound(seconds());
      const report = await readReport({
        certificate_type: CERTIFICATE_TYPE_OF[document.type],
        certificate_id: document.number,
        name: handle['name'] ?? '',
      });
      return { ...answerOf(parseAnswer(REPORT, report), seconds()), identity: document };
    },
    async readChanges(cursor): Promise<LocalChanges> {
      const query = cursor === undefined ? {} : { after: cursor };
      const { changes, cursor: next } = parseAnswer(
        CHANGES,
        await requestPort(http, { method: 'GET', path: '/stand-in/changes', query }),
      );
      const answers: LocalAnswer[] = [];
      for (const person of changes) answers.push(await readChange(person));
      return { answers, cursor: next };
    },
    isReachable: () => http.isReachable('/health/code'),
  };
}
