import type { IssuedCode, LocalRoute, LocalSystem } from '../../stand-in/local-system.js';
import type { SyntheticPerson } from '../../stand-in/synthetic-people.js';
import { people } from './people.js';
import { CODE_PREFIX } from './profile.js';
import { testAnswer } from './test-answer.js';

/** "Refreshed about each minute", in milliseconds. */
const CODE_LIFETIME = 60_000;

interface StoredCode {
  readonly person: string;
}

/** The 13 digits at the end are the moment of issue in milliseconds. */
const issuedAtOf = (uid: string): number => Number(uid.slice(30));

/** STAND-IN for 上海随申码: ewmcheck and the members of a test as documented; README.md says what is not documented. */
export const localSystem: LocalSystem = {
  slug: 'shanghai',
  statusField: 'type',
  colours: { '00': '00', '01': '01', '10': '10' },
  statementFields: [],
  people,
  open({ documents, now, randomHex }) {
    const codes = documents.collection<StoredCode>('code');
    const stored = documents.collection<SyntheticPerson>('person');

    const issueCode = async (person: SyntheticPerson, issuedAt: number): Promise<IssuedCode> => {
      const code = CODE_PREFIX + randomHex(15) + String(issuedAt).padStart(13, '0');
      await codes.put(code, { person: person.id });
      return { code, expiresAt: issuedAt + CODE_LIFETIME };
    };

    const answering = (path: string, dataOf: (person: SyntheticPerson) => unknown): LocalRoute => ({
      method: 'GET',
      path,
      answer: async ({ query }) => {
        const uid = query['uid'] ?? '';
        const code = await codes.find(CODE_PREFIX + uid);
        const person = code === undefined ? undefined : await stored.find(code.person);
        // Ours: what the real system says of a code it never issued is not documented.
        if (person === undefined) return { code: '-1', data: '', message: '二维码无效' };
        if (now() >= issuedAtOf(uid) + CODE_LIFETIME) return { code: '1', data: '', message: '二维码已过期' };
        return { code: '0', data: dataOf(person), message: '' };
      },
    });

    return {
      issueCode,
      handleOf: async (person) => ({ uid: (await issueCode(person, now())).code.slice(CODE_PREFIX.length) }),
      errorAnswer: (code) => ({ code, data: '', message: '查询失败' }),
      routes: [
        answering('/ewmcheck', ({ fields }) => JSON.stringify({ type: fields['type'], usertype: fields['usertype'] })),
        // Ours: the members of a test are documented, the way to it is not.
        answering('/standin-nat', (person) => testAnswer(person, now())),
      ],
    };
  },
};
