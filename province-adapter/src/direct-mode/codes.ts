import type { IssuedCode, LocalRoute } from '../stand-in/local-system.js';
import { directModeCodePrefix } from './direct-mode-profile.js';
import type { Holders } from './holders.js';
import { APPLY_CODE, MAKE_CODE, PATHS, QUERY_HEALTH, VERIFY_CODE } from './national-code.js';
import { ok, refuse, route, toSeconds, type NationalCodeContext } from './national-code-route.js';
import { findRight } from './proxies.js';
import { statementOfNobody } from './statement.js';
import { CODE_LIFETIME_MS, CODE_SCANS, spendApplication, takeScan, type StoredApplication, type StoredCode } from './stored-code.js';
import { traceMaking } from './traces.js';

/** Ours, in milliseconds: how long an application and 业务透传数据 hold. */
const APPLICATION_LIFETIME_MS = 3 * 60_000;
const HANDLE_LIFETIME_MS = 10 * 60_000;

/** Codes of one province's national code. */
export interface Codes {
  /** 6.4 to 6.7. */
  readonly routes: readonly LocalRoute[];
  /** A code outside 6.5 and 6.6. @param issuedAt milliseconds since the epoch */
  issue(holder: string, issuedAt: number): Promise<IssuedCode>;
}

/** 6.4 query, 6.5 apply, 6.6 make and 6.7 verify. */
export function createCodes(context: NationalCodeContext, holders: Holders): Codes {
  const { store, province, now, randomHex } = context;
  const prefix = directModeCodePrefix(province);

  const make = async (person: string, issuedAt: number, bizExtData: string): Promise<IssuedCode> => {
    const code = prefix + randomHex(24);
    const expiresAt = issuedAt + CODE_LIFETIME_MS;
    await store.codes.put(code, { person, expiresAt, scansLeft: CODE_SCANS, bizExtData });
    return { code, expiresAt };
  };
  const handleFor = async ({ person, bizExtData }: StoredCode): Promise<string> => {
    const handle = bizExtData === '' ? randomHex(16) : bizExtData;
    await store.handles.put(handle, { person, expiresAt: now() + HANDLE_LIFETIME_MS });
    return handle;
  };

  const refuseAgent = async (agentReference: string, subjectReference: string): Promise<unknown> => {
    const { state } = await findRight(context, agentReference, subjectReference);
    return state === 'stands' ? undefined : refuse(state === 'ended' ? 'AGENT_ENDED' : 'AGENT_UNKNOWN');
  };
  /** Between the application and the code the right may have ended. */
  const refuseAgentOf = ({ agent }: StoredApplication): Promise<unknown> => refuseAgent(agent?.reference ?? '', agent?.subjectReference ?? '');

  const routes: readonly LocalRoute[] = [
    route(PATHS.queryHealth, QUERY_HEALTH, async (query) => {
      if (!('bizExtData' in query)) {
        const holder = await holders.findByKey(`${query.idType}:${query.idNumber}`);
        return ok(holder?.statement ?? statementOfNobody());
      }
      const handle = await store.handles.find(query.bizExtData);
      if (handle === undefined || now() >= handle.expiresAt) return refuse('HANDLE_UNKNOWN');
      return ok((await holders.findByKey(handle.person))?.statement ?? statementOfNobody());
    }),
    route(PATHS.applyCode, APPLY_CODE, async ({ subjectReference, agentReference, form }) => {
      const holder = await holders.findByReference(subjectReference);
      if (holder === undefined) return refuse('PERSON_UNKNOWN');
      const refusal = await refuseAgent(agentReference, subjectReference);
      if (refusal !== undefined) return refusal;
      const isAgent = agentReference !== '' && agentReference !== subjectReference;
      const businessSerialNumber = `YW${randomHex(12)}`;
      const randomNumber = randomHex(16);
      const expiresAt = now() + APPLICATION_LIFETIME_MS;
      await store.applications.put(businessSerialNumber, {
        person: holder.key, randomNumber, ...(isAgent ? { agent: { reference: agentReference, subjectReference, form } } : {}), expiresAt, spent: false,
      });
      return ok({ businessSerialNumber, randomNumber, expiresAt: toSeconds(expiresAt) });
    }),
    route(PATHS.makeCode, MAKE_CODE, async ({ businessSerialNumber, randomNumber, bizExtData }) => {
      const application = await store.applications.find(businessSerialNumber);
      const holder = application === undefined ? undefined : await holders.findByKey(application.person);
      if (application === undefined || holder === undefined || application.randomNumber !== randomNumber)
        return refuse('APPLICATION_UNKNOWN');
      if (now() >= application.expiresAt) return refuse('APPLICATION_EXPIRED');
      const refusal = await refuseAgentOf(application);
      if (refusal !== undefined) return refusal;
      // Data another person already passes through would make a query answer about the wrong one.
      const other = bizExtData === '' ? undefined : await store.handles.find(bizExtData);
      if (other !== undefined && other.person !== holder.key) return refuse('HANDLE_TAKEN');
      if (!(await spendApplication(store.applications, businessSerialNumber))) return refuse('APPLICATION_UNKNOWN');
      if (application.agent !== undefined) await traceMaking(context, application.agent.reference, application.agent.subjectReference, application.agent.form);
      const { code, expiresAt } = await make(holder.key, now(), bizExtData);
      return ok({ code, expiresAt: toSeconds(expiresAt), statement: holder.statement });
    }),
    route(PATHS.verifyCode, VERIFY_CODE, async ({ code }) => {
      const stored = await store.codes.find(code);
      const holder = stored === undefined ? undefined : await holders.findByKey(stored.person);
      if (stored === undefined || holder === undefined) return refuse('CODE_UNKNOWN');
      if (now() >= stored.expiresAt) return refuse('CODE_EXPIRED');
      if (!(await takeScan(store.codes, code))) return refuse('CODE_SPENT');
      return ok({ ...holder.statement, bizExtData: await handleFor(stored) });
    }),
  ];
  return { routes, issue: (holder, issuedAt) => make(holder, issuedAt, '') };
}
