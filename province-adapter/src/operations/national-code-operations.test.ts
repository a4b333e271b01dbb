import { createSubjectReference, parseIdentityDocument, parseProvinceCode, type IdentityDocument } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { createDirectModeProfile } from '../direct-mode/direct-mode-profile.js';
import { createDirectModeTranslation } from '../direct-mode/direct-mode-translate.js';
import type { CorrectionState, HealthDeclaration, NationalCodeOperations } from '../national-code-port.js';
import type { Source } from '../province-system.js';
import { syntheticIdNumber } from '../stand-in/synthetic-people.js';
import { createChangeOperations, type ChangeOperations } from './national-code-operations.js';

const NOW = 1_800_000_000;
const KEY = { version: 1, secret: new Uint8Array(32).fill(7) };
const resolve = (document: IdentityDocument): Promise<string> => createSubjectReference(document, KEY);
const [ELDER, CHILD] = [0, 1].map((index) => parseIdentityDocument('01', syntheticIdNumber('993799', index))) as [IdentityDocument, IdentityDocument];
const call = { signal: new AbortController().signal };

const never = (): Promise<never> => Promise.reject(new Error('not asked'));

/** The operations over a local system that has `own`. */
function operationsOver(own: Partial<NationalCodeOperations> | undefined): ChangeOperations {
  const operations: NationalCodeOperations = { declareHealth: never, declareTrip: never, applyCode: never, makeCode: never, correctHealth: never, ...own };
  const source: Source = { readCode: never, readPerson: never, isReachable: () => Promise.resolve(true), ...(own === undefined ? {} : { operations }) };
  const profile = createDirectModeProfile(parseProvinceCode('370000'));
  return createChangeOperations(source, {
    province: { profile, translate: createDirectModeTranslation(profile) },
    resolve,
    now: () => NOW,
    position: () => 0,
    attest: never,
    withdraw: () => Promise.resolve(),
    attestForHolder: never,
  });
}
const codeOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined, (error: unknown) => (error as { code: unknown }).code);

describe('declareHealth for somebody else', () => {
  const request: v1.IDeclareHealthRequest = {
    province: '370000',
    subject: { name: '测试甲', sex: '1', nationality: 'CHN', idType: ELDER.type, idNumber: ELDER.number },
    temperature: 36.5,
  };
  const agent: v1.IAgent = { name: '测试乙', idType: CHILD.type, idNumber: CHILD.number, relationship: v1.AgentRelationship.AGENT_RELATIONSHIP_CHILD };

  it('hands the agent to the province, and answers with the references of both', async () => {
    const declared: HealthDeclaration[] = [];
    const operations = operationsOver({
      declareHealth: (declaration) => {
        declared.push(declaration);
        return Promise.resolve({ declarationId: 'SB1', validUntil: NOW + 60, answer: { fields: { availability: 'pending' }, identity: ELDER, answeredAt: NOW } });
      },
    });
    const reply = await operations.declareHealth({ ...request, agent }, call);
    expect(reply).toMatchObject({ subjectReference: await resolve(ELDER), agentReference: await resolve(CHILD) });
    expect(declared).toMatchObject([{ document: ELDER, agent: { document: CHILD, name: '测试乙', relationship: 'child' } }]);
    expect((await operations.declareHealth(request, call)).agentReference ?? '').toBe('');
  });
});

describe('applyCode for somebody else', () => {
  it('says who applies', async () => {
    const asked: unknown[] = [];
    const operations = operationsOver({
      applyCode: (...parameters) => {
        asked.push(parameters);
        return Promise.resolve({ businessSerialNumber: 'YW1', randomNumber: '0', expiresAt: NOW + 60 });
      },
    });
    const [subjectReference, agentReference] = [await resolve(ELDER), await resolve(CHILD)];
    const request = { subjectReference, organisation: 'Gate', purpose: v1.Purpose.PURPOSE_SELF };
    await operations.applyCode({ ...request, agentReference }, call);
    await operations.applyCode(request, call);
    expect(asked).toEqual([[subjectReference, 'Gate', 'self', agentReference], [subjectReference, 'Gate', 'self', '']]);
    expect(await codeOf(operations.applyCode({ ...request, agentReference: 'not one' }, call))).toBe('SUBJECT_REFERENCE_INVALID');
  });
});

describe('queryCorrection', () => {
  const over = (state: CorrectionState) => operationsOver({ queryCorrection: () => Promise.resolve(state) });

  it('tells how it stands, and when it was decided once it is', async () => {
    expect(await over({ state: 'received', dueAt: NOW }).queryCorrection({ ticket: 'JC1' }, call)).toEqual({ state: 'received', dueAt: { seconds: NOW, nanos: 0 } });
    expect(await over({ state: 'decided-by-default', dueAt: NOW, decidedAt: NOW }).queryCorrection({ ticket: 'JC1' }, call)).toEqual({
      state: 'decided-by-default',
      dueAt: { seconds: NOW, nanos: 0 },
      decidedAt: { seconds: NOW, nanos: 0 },
    });
  });

  it('refuses no ticket, and where the local system tells nothing', async () => {
    expect(await codeOf(over({ state: 'received', dueAt: NOW }).queryCorrection({}, call))).toBe('REQUEST_FIELD_INVALID');
    expect(await codeOf(operationsOver({}).queryCorrection({ ticket: 'JC1' }, call))).toBe('OPERATION_NOT_OFFERED');
    expect(await codeOf(operationsOver(undefined).queryCorrection({ ticket: 'JC1' }, call))).toBe('OPERATION_NOT_OFFERED');
  });
});
