import type { IssuedCode, LocalSystem } from '../../stand-in/local-system.js';
import type { SyntheticPerson } from '../../stand-in/synthetic-people.js';
import { healthContent } from './health-content.js';
import { drawModules } from './module-bitmap.js';
import { people } from './people.js';
import { CODE_PREFIX } from './profile.js';
import { takeInSharedReports, type SharedReports } from './shared-reports.js';

/** Default of the identity-code SDK whose interfaces these are; that Hebei keeps it is inferred. Milliseconds. */
const CODE_LIFETIME = 60_000;

/** Ours: how long bizExtData may be asked with is not documented. Milliseconds. */
const HANDLE_LIFETIME = 10 * 60_000;

/** A QR code's text or a bizExtData, by itself: whatever names a person for a while. */
interface IssuedText {
  readonly person: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const ok = (data: unknown): unknown => ({ errcode: 0, errmsg: '成功', data });

/** Ours: which errcode the real system gives is not documented. */
const refusal = (errcode: string): unknown => ({ errcode, errmsg: '失败' });

/** STAND-IN for 河北健康码: createCode, validateCode and validateInfo as documented; README.md says what is not documented. */
export const localSystem: LocalSystem = {
  slug: 'hebei',
  statusField: 'fxdj',
  colours: { '00': '00', '01': '01', '10': '10' },
  statementFields: [],
  people,
  open({ documents, now, randomHex }) {
    const issued = documents.collection<IssuedText>('code');
    const stored = documents.collection<SyntheticPerson>('person');
    const shared: SharedReports = documents.collection('shared-report');

    const issue = async (person: SyntheticPerson, text: string, expiresAt: number): Promise<IssuedCode> => {
      await issued.put(text, { person: person.id, expiresAt });
      return { code: text, expiresAt };
    };
    const issueCode = (person: SyntheticPerson, issuedAt: number): Promise<IssuedCode> =>
      issue(person, CODE_PREFIX + randomHex(24), issuedAt + CODE_LIFETIME);
    const issueHandle = async (person: SyntheticPerson): Promise<string> =>
      (await issue(person, randomHex(32), now() + HANDLE_LIFETIME)).code;

    /** The person behind a text that was issued and has not ended. */
    const findHolder = async (text: string): Promise<SyntheticPerson | 'unknown' | 'expired'> => {
      const found = await issued.find(text);
      const person = found === undefined ? undefined : await stored.find(found.person);
      if (found === undefined || person === undefined) return 'unknown';
      return now() >= found.expiresAt ? 'expired' : person;
    };

    return {
      issueCode,
      handleOf: async (person) => ({ bizExtData: await issueHandle(person) }),
      errorAnswer: refusal,
      routes: [
        {
          method: 'POST',
          path: '/hbjkm/code/createCode',
          // Whose app asks is not in the documented body; a session of ours says it.
          answer: async ({ query }) => {
            const person = await stored.find(query['standinSession'] ?? '');
            if (person === undefined) return refusal('standin-session');
            return ok(drawModules((await issueCode(person, now())).code));
          },
        },
        {
          method: 'POST',
          path: '/hbjkm/code/validateCode',
          answer: async ({ body }) => {
            const qrCode = String(body['qrCode']);
            const holder = qrCode.startsWith(CODE_PREFIX) ? await findHolder(qrCode) : 'unknown';
            return typeof holder === 'string' ? refusal(`standin-${holder}`) : ok({ bizExtData: await issueHandle(holder) });
          },
        },
        {
          method: 'POST',
          path: '/hbjkm/userHealth/validateInfo',
          answer: async ({ body }) => {
            const bizExtData = String(body['bizExtData']);
            const holder = bizExtData.startsWith(CODE_PREFIX) ? 'unknown' : await findHolder(bizExtData);
            if (typeof holder === 'string') return refusal('standin-handle');
            const reports = (await shared.find(holder.id))?.reports ?? [];
            return ok({ content: JSON.stringify(healthContent(holder, reports, now())) });
          },
        },
        {
          // Ours: has the system take in what other provinces state about a person, from the adapter at this address.
          method: 'POST',
          path: '/stand-in/shared-reports',
          answer: async ({ body }) => {
            const person = await stored.find(String(body['person']));
            if (person === undefined) return refusal('standin-unknown');
            const { adapterUrl, adapterToken } = body;
            const adapter = { url: String(adapterUrl), ...(typeof adapterToken === 'string' ? { token: adapterToken } : {}) };
            return ok({ taken: (await takeInSharedReports(person, shared, adapter, fetch)) ?? null });
          },
        },
      ],
    };
  },
};
