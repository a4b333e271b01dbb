import type { ZodType } from 'zod';
import { endOfChinaDay } from '../local-format/china-time.js';
import type { ProvinceProfile } from '../province-system.js';
import type { IssuedCode, LocalRoute, LocalSystem } from '../stand-in/local-system.js';
import type { SyntheticPerson } from '../stand-in/synthetic-people.js';
import { assignmentRuleId, assignStatus } from './assignment-rules.js';
import { directModeCodePrefix } from './direct-mode-profile.js';
import {
  APPLY_CODE,
  CORRECT_HEALTH,
  DECLARE_HEALTH,
  DECLARE_TRIP,
  MAKE_CODE,
  PATHS,
  QUERY_HEALTH,
  VERIFY_CODE,
  type ReturnCode,
} from './national-code.js';
import { statementOf, statementOfNobody } from './statement.js';
import {
  CODE_LIFETIME_MS,
  CODE_SCANS,
  openNationalCodeStore,
  spendApplication,
  takeScan,
  type StoredCode,
} from './stored-code.js';

/** Ours, in milliseconds: how long a declaration, an application and 业务透传数据 hold. */
const DECLARATION_LIFETIME_MS = 14 * 86_400_000;
const APPLICATION_LIFETIME_MS = 3 * 60_000;
const HANDLE_LIFETIME_MS = 10 * 60_000;

/** A correction nobody answered is decided for the applicant at 18:00 of the next day. */
const CORRECTION_HOUR_MS = 18 * 3_600_000;

const seconds = (ms: number): number => Math.floor(ms / 1000);
const ok = (content: unknown): unknown => ({ code: 'OK', message: '成功', content });
const refuse = (code: Exclude<ReturnCode, 'OK'>): unknown => ({ code, message: '失败', content: null });

/** A route whose request has this form; anything else is REQUEST_INVALID. */
function route<T>(path: string, schema: ZodType<T>, answer: (request: T) => Promise<unknown>): LocalRoute {
  return {
    method: 'POST',
    path,
    answer: ({ body }) => {
      const request = schema.safeParse(body);
      return request.success ? answer(request.data) : Promise.resolve(refuse('REQUEST_INVALID'));
    },
  };
}

/**
 * The national code of a province in direct mode, GB/T 38963-2020 6.2 to 6.8. RECONSTRUCTION, see national-code.ts; the people
 * are synthetic.
 */
export function createDirectModeLocalSystem(profile: ProvinceProfile, people: readonly SyntheticPerson[]): LocalSystem {
  const prefix = directModeCodePrefix(profile.code);
  return {
    slug: profile.slug,
    statusField: 'status',
    colours: { '00': '00', '01': '01', '10': '10' },
    statementFields: ['availability', 'reason', 'ruleId', 'ruleVersion', 'evidence', 'validUntil', 'guidance'],
    people,
    open({ documents, now, randomHex }) {
      const store = openNationalCodeStore(documents);

      const makeCode = async (person: string, issuedAt: number, bizExtData: string): Promise<IssuedCode> => {
        const code = prefix + randomHex(24);
        const expiresAt = issuedAt + CODE_LIFETIME_MS;
        await store.codes.put(code, { person, expiresAt, scansLeft: CODE_SCANS, bizExtData });
        return { code, expiresAt };
      };
      const findReferred = async (subjectReference: string): Promise<SyntheticPerson | undefined> => {
        const reference = await store.references.find(subjectReference);
        return reference === undefined ? undefined : store.people.find(reference.person);
      };
      const handleFor = async ({ person, bizExtData }: StoredCode): Promise<string> => {
        const handle = bizExtData === '' ? randomHex(16) : bizExtData;
        await store.handles.put(handle, { person, expiresAt: now() + HANDLE_LIFETIME_MS });
        return handle;
      };

      const routes: readonly LocalRoute[] = [
        route(PATHS.declareHealth, DECLARE_HEALTH, async (declaration) => {
          const { document, subjectReference, name, phone } = declaration;
          const row = assignStatus(declaration);
          const validUntil = seconds(declaration.declaredAt * 1000 + DECLARATION_LIFETIME_MS);
          const person: SyntheticPerson = {
            id: `${document.type}:${document.number}`,
            name,
            documentType: document.type,
            documentNumber: document.number,
            phone,
            fields: {
              availability: 'available',
              status: row.status,
              reason: row.reason,
              ruleId: assignmentRuleId(profile.code, row),
              ruleVersion: row.version,
              evidence: row.evidence,
              guidance: row.guidance,
              validUntil: String(validUntil),
            },
            changedAt: declaration.declaredAt * 1000,
          };
          const declarationId = `SB${randomHex(12)}`;
          await store.declarations.put(declarationId, declaration);
          await store.references.put(subjectReference, { person: person.id });
          await store.people.put(person.id, person);
          return ok({ declarationId, validUntil, statement: statementOf(person, profile.code, now()) });
        }),
        route(PATHS.declareTrip, DECLARE_TRIP, async (declaration) => {
          if ((await findReferred(declaration.subjectReference)) === undefined) return refuse('PERSON_UNKNOWN');
          const tripId = `XC${randomHex(12)}`;
          await store.trips.put(tripId, declaration);
          return ok({ tripId });
        }),
        route(PATHS.queryHealth, QUERY_HEALTH, async (query) => {
          let id: string;
          if ('bizExtData' in query) {
            const handle = await store.handles.find(query.bizExtData);
            if (handle === undefined || now() >= handle.expiresAt) return refuse('HANDLE_UNKNOWN');
            id = handle.person;
          } else {
            id = `${query.idType}:${query.idNumber}`;
          }
          const person = await store.people.find(id);
          return ok(person === undefined ? statementOfNobody() : statementOf(person, profile.code, now()));
        }),
        route(PATHS.applyCode, APPLY_CODE, async ({ subjectReference }) => {
          const person = await findReferred(subjectReference);
          if (person === undefined) return refuse('PERSON_UNKNOWN');
          const businessSerialNumber = `YW${randomHex(12)}`;
          const randomNumber = randomHex(16);
          const expiresAt = now() + APPLICATION_LIFETIME_MS;
          await store.applications.put(businessSerialNumber, {
            person: person.id,
            randomNumber,
            expiresAt,
            spent: false,
          });
          return ok({ businessSerialNumber, randomNumber, expiresAt: seconds(expiresAt) });
        }),
        route(PATHS.makeCode, MAKE_CODE, async ({ businessSerialNumber, randomNumber, bizExtData }) => {
          const application = await store.applications.find(businessSerialNumber);
          const person = application === undefined ? undefined : await store.people.find(application.person);
          if (application === undefined || person === undefined || application.randomNumber !== randomNumber)
            return refuse('APPLICATION_UNKNOWN');
          if (now() >= application.expiresAt) return refuse('APPLICATION_EXPIRED');
          // Data another person already passes through would make a query answer about the wrong one.
          const holder = bizExtData === '' ? undefined : await store.handles.find(bizExtData);
          if (holder !== undefined && holder.person !== person.id) return refuse('HANDLE_TAKEN');
          if (!(await spendApplication(store.applications, businessSerialNumber))) return refuse('APPLICATION_UNKNOWN');
          const { code, expiresAt } = await makeCode(person.id, now(), bizExtData);
          return ok({ code, expiresAt: seconds(expiresAt), statement: statementOf(person, profile.code, now()) });
        }),
        route(PATHS.verifyCode, VERIFY_CODE, async ({ code }) => {
          const stored = await store.codes.find(code);
          const person = stored === undefined ? undefined : await store.people.find(stored.person);
          if (stored === undefined || person === undefined) return refuse('CODE_UNKNOWN');
          if (now() >= stored.expiresAt) return refuse('CODE_EXPIRED');
          if (!(await takeScan(store.codes, code))) return refuse('CODE_SPENT');
          return ok({ ...statementOf(person, profile.code, now()), bizExtData: await handleFor(stored) });
        }),
        route(PATHS.correctHealth, CORRECT_HEALTH, async (correction) => {
          if ((await findReferred(correction.subjectReference)) === undefined) return refuse('PERSON_UNKNOWN');
          const ticket = `JC${randomHex(12)}`;
          const dueAt = seconds(endOfChinaDay(now()) + CORRECTION_HOUR_MS);
          await store.corrections.put(ticket, { ...correction, state: 'received', dueAt });
          return ok({ ticket, state: 'received', dueAt });
        }),
      ];

      return {
        routes,
        issueCode: (person, issuedAt) => makeCode(person.id, issuedAt, ''),
        handleOf: (person) => Promise.resolve({ idType: person.documentType, idNumber: person.documentNumber }),
        errorAnswer: (code) => ({ code, message: '失败', content: null }),
        pushBody: (person) => ({ statements: [statementOf(person, profile.code, now())] }),
      };
    },
  };
}
