import type { LocalRoute } from '../stand-in/local-system.js';
import type { SyntheticPerson } from '../stand-in/synthetic-people.js';
import { assignmentRuleId, assignStatus } from './assignment-rules.js';
import type { Holders } from './holders.js';
import { DECLARE_HEALTH, DECLARE_TRIP, PATHS, type DeclareHealth } from './national-code.js';
import { ok, refuse, route, toSeconds, type NationalCodeContext } from './national-code-route.js';
import { takeDependant } from './proxies.js';
import { statementOf } from './statement.js';
import type { Trips } from './trips.js';

/** Ours, in milliseconds: how long a declaration holds. */
const DECLARATION_LIFETIME_MS = 14 * 86_400_000;

function declaredPerson(declaration: DeclareHealth, province: string, validUntil: number): SyntheticPerson {
  const { document, name, phone, declaredAt } = declaration;
  const row = assignStatus(declaration);
  return {
    id: `${document.type}:${document.number}`,
    name,
    documentType: document.type,
    documentNumber: document.number,
    phone,
    fields: {
      availability: 'available',
      status: row.status,
      reason: row.reason,
      ruleId: assignmentRuleId(province, row),
      ruleVersion: row.version,
      evidence: row.evidence,
      guidance: row.guidance,
      validUntil: String(validUntil),
    },
    changedAt: declaredAt * 1000,
  };
}

/** 6.2 and 6.3. What an agent (代办人) declares has the person's own status follow; the statement says nothing of the agent. */
export function createDeclarationRoutes(context: NationalCodeContext, holders: Holders, trips: Trips): readonly LocalRoute[] {
  const { store, province, now, randomHex } = context;
  return [
    route(PATHS.declareHealth, DECLARE_HEALTH, async (declaration) => {
      const { subjectReference, agent } = declaration;
      const validUntil = toSeconds(declaration.declaredAt * 1000 + DECLARATION_LIFETIME_MS);
      const declared = declaredPerson(declaration, province, validUntil);
      if (agent !== undefined && !(await takeDependant(context, agent, declaration, validUntil))) {
        return refuse('AGENT_FULL');
      }
      const declarationId = `SB${randomHex(12)}`;
      await store.declarations.put(declarationId, declaration);
      await store.references.putIfAbsent(subjectReference, { person: declared.id });
      await store.references.change(subjectReference, (former) => ({
        person: declared.id,
        // Who declares alone takes the right of whoever did so before.
        ...(agent === undefined ? {} : { agents: { ...former.agents, [agent.subjectReference]: validUntil } }),
      }));
      // Who is new here has declared no trip yet; who was in an area of risk declares no green in between.
      await store.people.putIfAbsent(declared.id, declared);
      // By the number the page of a holder knows a person, by the name a checkpoint does: whoever acts for somebody does not become them,
      // unseen in the trace, and the person's code does not fit the agent.
      const person = (await trips.change(declared.id, ({ name, phone }) => (agent === undefined ? declared : { ...declared, name, phone }))) ?? declared;
      return ok({ declarationId, validUntil, statement: statementOf(person, province, now()) });
    }),
    route(PATHS.declareTrip, DECLARE_TRIP, async (declaration) => {
      const holder = await holders.findDeclared(declaration.subjectReference);
      return holder === undefined ? refuse('PERSON_UNKNOWN') : ok({ tripId: await trips.declare(holder.key, declaration) });
    }),
  ];
}
