import type { IssuedCode, LocalSystem } from '../../stand-in/local-system.js';
import { maskName, maskNumber, type SyntheticPerson } from '../../stand-in/synthetic-people.js';
import { formatChangeTime } from './change-time.js';
import { people } from './people.js';
import { CODE_PREFIX } from './profile.js';

/** Ours: how long a 安康码 may be scanned is not documented. Milliseconds. */
const CODE_LIFETIME = 5 * 60_000;

interface StoredCode {
  readonly person: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const ok = (data: unknown): unknown => ({ flag: 'standin-ok', errMsg: '', data });

/** Ours: which values flag takes is not documented. */
const refusal = (flag: string): unknown => ({ flag, errMsg: '查询失败', data: null });

/** As documented for a scan. All of it is there whatever was authorised: to leave out what is not is the reader's duty. */
const scanned = (person: SyntheticPerson): Readonly<Record<string, unknown>> => ({
  idCardNo: maskNumber(person.documentNumber),
  userPhone: person.phone,
  name: maskName(person.name),
  healthLevel: person.fields['healthLevel'],
  authField: (person.fields['authField'] ?? '').split(','),
  dataSource: person.fields['dataSource'],
});

/** As documented for a query by identity card; the residence is nowhere. */
const queried = (person: SyntheticPerson): Readonly<Record<string, unknown>> => ({
  ...scanned(person),
  nativeType: '居住',
  jzdSjCode: '993401',
  jzdQxCode: '993401001',
  jzdJdCode: '993401001001',
  jzdSqCode: '993401001001001',
  colourReason: person.fields['colourReason'] ?? '',
  changeTime: person.fields['changeTime'] ?? formatChangeTime(person.changedAt),
  detailedAddress: '测试省测试市测试路1号',
});

/** STAND-IN for 安徽安康码: the documented members of a scan and of a query by identity card; README.md says what is not documented. */
export const localSystem: LocalSystem = {
  slug: 'anhui',
  statusField: 'healthLevel',
  colours: { '00': '1', '01': '2', '10': '3' },
  statementFields: ['colourReason', 'changeTime'],
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

    return {
      issueCode,
      handleOf: (person) => Promise.resolve({ idCardNo: person.documentNumber }),
      errorAnswer: refusal,
      routes: [
        {
          method: 'POST',
          path: '/standin-akm/scan',
          answer: async ({ body }) => {
            const code = await codes.find(String(body['code']));
            const person = code === undefined ? undefined : await stored.find(code.person);
            if (code === undefined || person === undefined) return refusal('standin-unknown');
            return now() >= code.expiresAt ? refusal('standin-expired') : ok(scanned(person));
          },
        },
        {
          method: 'POST',
          path: '/standin-akm/query',
          answer: async ({ body }) => {
            const person = await stored.find(`01:${String(body['idCardNo'])}`);
            return person === undefined ? refusal('standin-nobody') : ok(queried(person));
          },
        },
      ],
    };
  },
};
