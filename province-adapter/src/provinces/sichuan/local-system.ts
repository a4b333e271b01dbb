import { formatChinaTime } from '../../local-format/china-time.js';
import type { IssuedCode, LocalRouteRequest, LocalSystem } from '../../stand-in/local-system.js';
import { maskName, maskNumber, type SyntheticPerson } from '../../stand-in/synthetic-people.js';
import { CERTIFICATE_TYPES } from './certificate-type.js';
import { people } from './people.js';
import { CODE_PREFIX } from './profile.js';
import { signRequest } from './sign-request.js';

/** Ours, in milliseconds: how long a code may be scanned, how long a report holds, how old a request may be. */
const CODE_LIFETIME = 5 * 60_000;
const REPORT_LIFETIME = 14 * 86_400_000;
const REQUEST_LIFETIME = 10 * 60_000;

/** Ours: most people named in one poll. */
const CHANGES_LIMIT = 50;

const SECRETS = new Map([['standin-app', 'standin-secret']]);

interface StoredCode {
  readonly person: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const ok = (data: unknown): unknown => ({ errcode: 0, errmsg: 'SUCCESS', data });

/** Ours: which errcode the real system gives is not documented. */
const refusal = (errcode: string): unknown => ({ errcode, errmsg: 'FAILURE' });

function isSigned(body: LocalRouteRequest['body'], now: number): boolean {
  const parameters = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, String(value)]));
  const secretKey = SECRETS.get(parameters['appId'] ?? '');
  const age = Math.abs(now - Number(parameters['timestamp']));
  return (
    secretKey !== undefined &&
    age <= REQUEST_LIFETIME &&
    parameters['sign'] === signRequest({ ...parameters, secretKey })
  );
}

/** A report as the documented members state it. Synthetic people report daily, unless the store says when the report ends. */
function reportOf(person: SyntheticPerson, now: number): Readonly<Record<string, unknown>> {
  const { fields } = person;
  const today = now - (now % 86_400_000);
  const reportDate = fields['report_date'] ?? formatChinaTime(person.changedAt === 0 ? today : person.changedAt);
  const validDate = fields['report_valid_date'] ?? formatChinaTime(today + REPORT_LIFETIME);
  return {
    risk_assessment_grade: fields['risk_assessment_grade'],
    reason: fields['reason'] ?? '',
    guide: fields['guide'] ?? '',
    rule_number: fields['rule_number'],
    report_date: reportDate,
    report_valid_date: validDate,
    // Texts of this form sort as the times do.
    report_expired: validDate <= formatChinaTime(now),
  };
}

/** STAND-IN for 四川天府健康通: /health/code and /health/decode as documented; README.md says what is not documented. */
export const localSystem: LocalSystem = {
  slug: 'sichuan',
  statusField: 'risk_assessment_grade',
  colours: { '00': '00', '01': '01', '10': '10' },
  statementFields: ['reason', 'guide', 'report_date', 'report_valid_date'],
  people,
  open({ documents, now, randomHex }) {
    const codes = documents.collection<StoredCode>('code');
    const stored = documents.collection<SyntheticPerson>('person');

    const issueCode = async (person: SyntheticPerson, issuedAt: number): Promise<IssuedCode> => {
      const code = CODE_PREFIX + randomHex(24);
      const expiresAt = issuedAt + CODE_LIFETIME;
      await codes.put(code, { person: person.id, expiresAt });
      return { code, expiresAt };
    };

    const codeRoute = async ({ body }: LocalRouteRequest): Promise<unknown> => {
      if (!isSigned(body, now())) return refusal('standin-sign');
      const documentType = CERTIFICATE_TYPES[String(body['certificate_type'])] ?? '';
      const person = await stored.find(`${documentType}:${String(body['certificate_id'])}`);
      if (person === undefined || person.name !== body['name']) return refusal('standin-unknown');
      const { code, expiresAt } = await issueCode(person, now());
      return ok({ ...reportOf(person, now()), code_content: code, code_expire_time: formatChinaTime(expiresAt) });
    };

    const decodeRoute = async ({ body }: LocalRouteRequest): Promise<unknown> => {
      if (!isSigned(body, now())) return refusal('standin-sign');
      const code = await codes.find(String(body['code_content']));
      const person = code === undefined ? undefined : await stored.find(code.person);
      if (code === undefined || person === undefined) return refusal('standin-unknown');
      if (now() >= code.expiresAt) return ok({ qrcode_expired: true, report_expired: false });
      return ok({
        name: maskName(person.name),
        phone: maskNumber(person.phone),
        certificate_id: maskNumber(person.documentNumber),
        certificate_type: person.fields['certificate_type'],
        certificate_token: randomHex(32),
        ...reportOf(person, now()),
      });
    };

    return {
      issueCode,
      handleOf: (person) => Promise.resolve({ name: person.name }),
      errorAnswer: refusal,
      routes: [
        { method: 'POST', path: '/health/code', answer: codeRoute },
        { method: 'POST', path: '/health/decode', answer: decodeRoute },
        {
          method: 'GET',
          path: '/stand-in/changes',
          answer: async ({ query }) => {
            const after = Number(query['after'] ?? 0);
            const changed = await stored.listAfter(after, CHANGES_LIMIT);
            return {
              changes: changed.map(({ body }) => ({
                certificate_type: body.fields['certificate_type'],
                certificate_id: body.documentNumber,
                name: body.name,
              })),
              cursor: String(changed.at(-1)?.sequence ?? after),
            };
          },
        },
      ],
    };
  },
};
