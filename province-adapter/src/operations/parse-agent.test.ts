import { createSubjectReference, parseIdentityDocument, type IdentityDocument } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { syntheticIdNumber } from '../stand-in/synthetic-people.js';
import { parseAgentReference, parseDeclaration, parseTicket } from './parse-request.js';

const NOW = 1_800_000_000;
const KEY = { version: 1, secret: new Uint8Array(32).fill(7) };
const resolve = (document: IdentityDocument): Promise<string> => createSubjectReference(document, KEY);

const [ELDER, CHILD] = [0, 1].map((index) => syntheticIdNumber('995299', index)) as [string, string];
const AGENT: v1.IAgent = { name: '测试乙', idType: '01', idNumber: CHILD, relationship: v1.AgentRelationship.AGENT_RELATIONSHIP_CHILD };

const declaration = (agent?: v1.IAgent): v1.IDeclareHealthRequest => ({
  province: '370000',
  subject: { name: '测试甲', sex: '1', nationality: 'CHN', idType: '01', idNumber: ELDER },
  temperature: 36.5,
  ...(agent === undefined ? {} : { agent }),
});
const codeOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined, (error: unknown) => (error as { code: unknown }).code);

describe('parseDeclaration with an agent', () => {
  it('keeps who declares apart from whom it is about', async () => {
    const parsed = await parseDeclaration(declaration(AGENT), resolve, NOW);
    expect(parsed.document.number).toBe(ELDER);
    const document = parseIdentityDocument('01', CHILD);
    expect(parsed.agent).toEqual({ document, subjectReference: await resolve(document), name: '测试乙', relationship: 'child' });
  });

  it('has none where the person declares', async () => {
    expect('agent' in (await parseDeclaration(declaration(), resolve, NOW))).toBe(false);
  });

  it.each<[keyof typeof v1.AgentRelationship, string]>([
    ['AGENT_RELATIONSHIP_PARENT', 'parent'],
    ['AGENT_RELATIONSHIP_CHILD', 'child'],
    ['AGENT_RELATIONSHIP_SPOUSE', 'spouse'],
    ['AGENT_RELATIONSHIP_GUARDIAN', 'guardian'],
    ['AGENT_RELATIONSHIP_OTHER', 'other'],
  ])('reads %s', async (name, relationship) => {
    const parsed = await parseDeclaration(declaration({ ...AGENT, relationship: v1.AgentRelationship[name] }), resolve, NOW);
    expect(parsed.agent?.relationship).toBe(relationship);
  });

  it.each<[string, v1.IAgent, string]>([
    ['no name', { ...AGENT, name: '' }, 'REQUEST_FIELD_INVALID'],
    ['a name with control characters', { ...AGENT, name: '测\n试' }, 'REQUEST_FIELD_INVALID'],
    ['no relationship', { ...AGENT, relationship: v1.AgentRelationship.AGENT_RELATIONSHIP_UNSPECIFIED }, 'REQUEST_FIELD_INVALID'],
    ['a relationship of a later version', { ...AGENT, relationship: 99 as v1.AgentRelationship }, 'REQUEST_FIELD_INVALID'],
    ['no document', { ...AGENT, idType: '', idNumber: '' }, 'IDENTITY_DOCUMENT_TYPE_UNSUPPORTED'],
    ['the person for an agent', { ...AGENT, idNumber: ELDER }, 'REQUEST_FIELD_INVALID'],
  ])('refuses %s', async (_what, agent, expected) => {
    expect(await codeOf(parseDeclaration(declaration(agent), resolve, NOW))).toBe(expected);
  });
});

describe('parseAgentReference', () => {
  it('takes a reference or none', async () => {
    const reference = await resolve(parseIdentityDocument('01', CHILD));
    expect([parseAgentReference(reference), parseAgentReference(''), parseAgentReference(undefined)]).toEqual([reference, '', '']);
    expect(() => parseAgentReference('not one')).toThrow(expect.objectContaining({ code: 'SUBJECT_REFERENCE_INVALID' }) as Error);
  });
});

describe('parseTicket', () => {
  it('takes no empty and no endless one', () => {
    expect(parseTicket('JC1')).toBe('JC1');
    for (const ticket of ['', 'J'.repeat(129), 'J\n', undefined]) expect(() => parseTicket(ticket)).toThrow(expect.objectContaining({ code: 'REQUEST_FIELD_INVALID' }) as Error);
  });
});
