import { parseIdentityDocument, type IdentityDocument } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { AdapterError } from '../errors.js';
import type { ResolveReference } from '../person/resolve-subject.js';
import type { DeclaringAgent } from '../national-code-port.js';
import { parseText } from './parse-verifier.js';

const RELATIONSHIPS: Readonly<Record<v1.AgentRelationship, DeclaringAgent['relationship'] | undefined>> = {
  [v1.AgentRelationship.AGENT_RELATIONSHIP_UNSPECIFIED]: undefined,
  [v1.AgentRelationship.AGENT_RELATIONSHIP_PARENT]: 'parent',
  [v1.AgentRelationship.AGENT_RELATIONSHIP_CHILD]: 'child',
  [v1.AgentRelationship.AGENT_RELATIONSHIP_SPOUSE]: 'spouse',
  [v1.AgentRelationship.AGENT_RELATIONSHIP_GUARDIAN]: 'guardian',
  [v1.AgentRelationship.AGENT_RELATIONSHIP_OTHER]: 'other',
};

const invalid = (what: string): AdapterError => new AdapterError('REQUEST_FIELD_INVALID', what);

/**
 * 代办人 of a declaration.
 *
 * @param person whom the declaration is about: nobody is his own agent
 * @throws AdapterError REQUEST_FIELD_INVALID; AttestationError IDENTITY_DOCUMENT_…
 */
export async function parseAgent(agent: v1.IAgent, person: string, resolve: ResolveReference): Promise<DeclaringAgent> {
  const document: IdentityDocument = parseIdentityDocument(agent.idType ?? '', agent.idNumber ?? '');
  const name = parseText(agent.name);
  if (name === '') throw invalid('the agent has no name');
  // A number that a later version of the protocol may know has no row.
  const relationship = RELATIONSHIPS[agent.relationship ?? v1.AgentRelationship.AGENT_RELATIONSHIP_UNSPECIFIED];
  if (relationship === undefined) throw invalid('the agent does not say what he is to the person');
  const subjectReference = await resolve(document);
  if (subjectReference === person) throw invalid('the agent is the person');
  return { document, subjectReference, name, relationship };
}
