import { endOfChinaDay, formatShortChinaTime } from '../../local-format/china-time.js';
import type { IssuedCode, LocalRouteRequest, LocalSystem } from '../../stand-in/local-system.js';
import { maskName, maskNumber, type SyntheticPerson } from '../../stand-in/synthetic-people.js';
import { people } from './people.js';
import { CODE_PREFIX } from './profile.js';
import { testAnswer } from './test-answer.js';

interface StoredCode {
  readonly person: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
}

const ok = (data: unknown): unknown => ({ errcode: 'BIS:10200', errmsg: '成功', data });

/** Ours: which errcode the real system gives is not documented. */
const NO_SUCH_USER = { errcode: 'BIS:STANDIN-404', errmsg: '用户不存在', data: null };

/** STAND-IN for 北京健康宝: documented members of getHealthCode, getBaseData and codeHsjc/resultQuery; README.md says what is not documented. */
export const localSystem: LocalSystem = {
  slug: 'beijing',
  statusField: 'code',
  colours: { '00': '0', '01': '1', '10': '2' },
  statementFields: [],
  people,
  open({ documents, now, randomHex }) {
    const codes = documents.collection<StoredCode>('code');
    const stored = documents.collection<SyntheticPerson>('person');

    const issueCode = async (person: SyntheticPerson, issuedAt: number): Promise<IssuedCode> => {
      const code = CODE_PREFIX + randomHex(16);
      await codes.put(code, { person: person.id, issuedAt });
      return { code, expiresAt: endOfChinaDay(issuedAt) };
    };

    const findUser = async ({
      query,
    }: LocalRouteRequest): Promise<{ readonly code: StoredCode; readonly person: SyntheticPerson } | undefined> => {
      const code = await codes.find(CODE_PREFIX + (query['userUUID'] ?? ''));
      const person = code === undefined ? undefined : await stored.find(code.person);
      return code === undefined || person === undefined ? undefined : { code, person };
    };

    return {
      issueCode,
      handleOf: async (person) => ({ userUUID: (await issueCode(person, now())).code.slice(CODE_PREFIX.length) }),
      errorAnswer: (errcode) => ({ errcode, errmsg: '系统繁忙', data: null }),
      routes: [
        {
          method: 'GET',
          path: '/getHealthCode',
          answer: async (request) => {
            const user = await findUser(request);
            return user === undefined ? NO_SUCH_USER : ok({ code: user.person.fields['code'] });
          },
        },
        {
          method: 'GET',
          path: '/codeHsjc/resultQuery',
          answer: async (request) => {
            const user = await findUser(request);
            return user === undefined ? NO_SUCH_USER : ok(testAnswer(user.person, now()));
          },
        },
        {
          method: 'GET',
          path: '/getBaseData',
          answer: async (request) => {
            const user = await findUser(request);
            if (user === undefined) return NO_SUCH_USER;
            const { code, person } = user;
            const validDate = endOfChinaDay(code.issuedAt);
            const userUUID = request.query['userUUID'] ?? '';
            return ok({
              name: maskName(person.name),
              idCard: maskNumber(person.documentNumber),
              createTime: formatShortChinaTime(code.issuedAt),
              validDate,
              validDateStr: `${formatShortChinaTime(validDate - 1).slice(0, 5)} 24:00`,
              image: '',
              gifUrl: '',
              iconUrl: '',
              encourage: CODE_PREFIX + userUUID,
              userUUID,
            });
          },
        },
      ],
    };
  },
};
