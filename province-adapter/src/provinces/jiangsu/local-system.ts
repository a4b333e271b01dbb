import type { IssuedCode, LocalSystem } from '../../stand-in/local-system.js';
import { maskName, maskNumber, type SyntheticPerson } from '../../stand-in/synthetic-people.js';
import { people } from './people.js';
import { CODE_PREFIX } from './profile.js';

/** Ours: how long a 苏康码 may be scanned is not documented. Milliseconds. */
const CODE_LIFETIME = 5 * 60_000;

/** Without each of these the scanner is told to complete its own particulars first. */
const MANDATORY = ['url', 'source', 'position', 'verifierDept', 'verifierName', 'verifierPhone'];

/** The scanner's credential. Ours. */
const TOKEN = 'standin-scanner';

interface StoredCode {
  readonly person: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** STAND-IN for 江苏苏康码: the scanner's form and every documented resCode; README.md says what is not documented. */
export const localSystem: LocalSystem = {
  slug: 'jiangsu',
  statusField: 'level',
  colours: { '00': 'green', '01': 'yellow', '10': 'red' },
  statementFields: [],
  people,
  open({ documents, now, randomHex }) {
    const codes = documents.collection<StoredCode>('code');
    const stored = documents.collection<SyntheticPerson>('person');

    const issueCode = async (person: SyntheticPerson, issuedAt: number): Promise<IssuedCode> => {
      const code = `${CODE_PREFIX}scan?qrCode=${randomHex(32)}&page=result`;
      const expiresAt = issuedAt + CODE_LIFETIME;
      await codes.put(code, { person: person.id, expiresAt });
      return { code, expiresAt };
    };

    return {
      issueCode,
      handleOf: async (person) => ({ url: (await issueCode(person, now())).code }),
      errorAnswer: (resCode) => ({ resCode }),
      routes: [
        {
          method: 'POST',
          path: '/scan/verify',
          answer: async ({ body }) => {
            if (body['token'] !== TOKEN) return { resCode: '116' };
            if (MANDATORY.some((member) => typeof body[member] !== 'string' || body[member] === ''))
              return { resCode: '119' };
            const code = await codes.find(String(body['url']));
            const person = code === undefined ? undefined : await stored.find(code.person);
            if (code === undefined || person === undefined) return { resCode: '112' };
            if (now() >= code.expiresAt) return { resCode: '111' };
            return {
              resCode: '0',
              res: {
                name: maskName(person.name),
                phone: maskNumber(person.phone),
                idcardNo: maskNumber(person.documentNumber),
                level: person.fields['level'],
              },
            };
          },
        },
      ],
    };
  },
};
