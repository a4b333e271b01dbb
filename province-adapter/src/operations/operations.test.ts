import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.js';
import type { LocalAnswer } from '../local-answer.js';
import { PERSON, OTHER, REFERENCE, context, call, profile, green, negative, answer, handlersOf, codeOf } from './operations.fixture.js';

describe('attestCode', () => {
  const code = new TextEncoder().encode('https://local/健康码');

  it('asks the local system with what was scanned and who asks, and attests the answer', async () => {
    const asked: unknown[] = [];
    const handlers = handlersOf({}, { readCode: (...parameters) => { asked.push(...parameters); return Promise.resolve(answer); } });
    expect(await handlers.attestCode({ code, context }, call)).toEqual({ attestation: 'a.b.c', availability: 'available', bizExtData: 'handle' });
    expect(asked).toEqual(['https://local/健康码', { province: '310000', purpose: 'checkpoint', organisation: '测试机构', position: 'G15 Gate 3' }, call.signal]);
    const { availability, ...stated } = green;
    expect(availability).toBe('available');
    expect(handlers.attested).toEqual([{ subject: REFERENCE, record: { kind: 'health-status', ...stated }, maskedName: '测**' }]);
  });

  it('says why there is no status, attests none and withdraws the one before', async () => {
    const handlers = handlersOf({ fields: { status: '' } });
    expect(await handlers.attestCode({ code, context }, call)).toEqual({ attestation: '', availability: 'pending', bizExtData: 'handle' });
    expect(handlers.attested).toEqual([]);
    expect(handlers.withdrawn).toMatchObject([{ subject: REFERENCE, record: { status: 'none', reason: 'STATUS_WITHDRAWN', rule: profile.conversionRule, authority: '520000' } }]);
  });

  it('withdraws where nobody understands what is stated, and refuses', async () => {
    const handlers = handlersOf({ fields: { status: 'orange' } });
    expect(await codeOf(handlers.attestCode({ code, context }, call))).toBe('TRANSLATION_VALUE_UNKNOWN');
    expect(handlers.withdrawn).toMatchObject([{ record: { status: 'none', reason: 'STATUS_NOT_TRANSLATABLE', original: { system: 'guizhou-test', field: 'status', value: 'orange' } } }]);
  });

  it('withdraws nothing where nobody says whose status it is, and asks again when it changed meanwhile', async () => {
    const nobody = handlersOf({ fields: { status: '' }, identity: undefined as never });
    expect(await nobody.attestCode({ code, context }, call)).toMatchObject({ availability: 'pending' });
    expect(nobody.withdrawn).toEqual([]);
    const changed = handlersOf({ fields: { status: '' } }, {}, 1);
    expect(await changed.attestCode({ code, context }, call)).toMatchObject({ availability: 'pending', attestation: '' });
    expect(changed.withdrawn).toHaveLength(2);
  });

  it('asks again when the status changed under the question, and not for ever', async () => {
    const once = handlersOf({}, {}, 1);
    expect((await once.attestCode({ code, context }, call)).attestation).toBe('a.b.c');
    expect(once.attested).toHaveLength(2);
    expect(await codeOf(handlersOf({}, {}, 9).attestCode({ code, context }, call))).toBe('LOCAL_SYSTEM_BUSY');
  });

  it('does not call a code expired that its own first reading spent', async () => {
    const spent = (outdated: number) => {
      let reads = 0;
      const readCode = (): Promise<LocalAnswer> => (reads++ === 0 ? Promise.resolve(answer) : Promise.reject(new AdapterError('LOCAL_CODE_SPENT', 'was scanned')));
      return handlersOf({}, { readCode }, outdated);
    };
    expect(await codeOf(spent(1).attestCode({ code, context }, call))).toBe('LOCAL_SYSTEM_BUSY');
    const [handlers, refused] = [spent(0), handlersOf({}, { readCode: () => Promise.reject(new AdapterError('LOCAL_CODE_EXPIRED', 'expired')) }, 1)];
    expect((await handlers.attestCode({ code, context }, call)).attestation).toBe('a.b.c');
    expect(await codeOf(handlers.attestCode({ code, context }, call))).toBe('LOCAL_CODE_SPENT');
    expect(await codeOf(refused.attestCode({ code, context }, call))).toBe('LOCAL_CODE_EXPIRED');
  });

  it('refuses an answer whose document cannot be, and says what is wrong with it in its cause', async () => {
    const refused = handlersOf({ identity: undefined as never, identityProblem: 'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID' }).attestCode({ code, context }, call);
    await expect(refused).rejects.toMatchObject({ code: 'LOCAL_PERSON_UNRESOLVED', cause: { code: 'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID' } });
  });

  it('refuses an answer that does not say whose status it is', async () => {
    expect(await codeOf(handlersOf({ identity: undefined as never }).attestCode({ code, context }, call))).toBe('LOCAL_PERSON_UNRESOLVED');
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['more than 4096 bytes', new Uint8Array(4097).fill(65)],
    ['GBK', Uint8Array.of(0xbd, 0xa1, 0xbf, 0xb5)],
  ])('refuses %s as a code', async (_what, bytes) => {
    expect(await codeOf(handlersOf().attestCode({ code: bytes, context }, call))).toBe('LOCAL_CODE_INVALID');
  });

  it.each<[string, v1.ICheckpointContext | undefined, string]>([
    ['no context', undefined, 'PROVINCE_UNKNOWN'],
    ['no purpose', { ...context, purpose: v1.Purpose.PURPOSE_UNSPECIFIED }, 'REQUEST_FIELD_INVALID'],
    ['a purpose outside the list', { ...context, purpose: 99 as v1.Purpose }, 'REQUEST_FIELD_INVALID'],
    ['a position with control characters', { ...context, position: 'a\u0000b' }, 'REQUEST_FIELD_INVALID'],
  ])('refuses %s', async (_what, given, expected) => {
    expect(await codeOf(handlersOf().attestCode(given === undefined ? { code } : { code, context: given }, call))).toBe(expected);
  });
});

describe('attestPerson', () => {
  it('attests for the document it was asked with where the answer masks it', async () => {
    const handlers = handlersOf({ identity: undefined as never });
    expect((await handlers.attestPerson({ identityDocument: { ...PERSON }, context }, call)).attestation).toBe('a.b.c');
  });

  it('refuses an answer about another person', async () => {
    expect(await codeOf(handlersOf({ identity: OTHER }).attestPerson({ identityDocument: { ...PERSON }, context }, call))).toBe('LOCAL_ANSWER_INVALID');
  });

  it('refuses a document with a wrong check digit', async () => {
    const wrong = { type: '01', number: `${PERSON.number.slice(0, 17)}0` };
    expect(await codeOf(handlersOf().attestPerson({ identityDocument: wrong, context }, call))).toBe('IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID');
  });
});

describe('resolveReference', () => {
  it('gives the reference of anybody’s document without asking the local system', async () => {
    expect(await handlersOf().resolveReference({ identityDocument: { ...OTHER } }, call)).toEqual({ subjectReference: REFERENCE });
  });
});

describe('a kind of statement beside the status', () => {
  const code = new TextEncoder().encode('code');
  const kind = v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST;
  const none = (): Promise<never> => Promise.reject(new AdapterError('LOCAL_CODE_EXPIRED', 'scanned before'));

  it('is read where the local system states it, and nothing else is asked', async () => {
    const kinds = { 'nucleic-acid-test': { readCode: () => Promise.resolve(answer), readPerson: () => Promise.resolve(answer) } };
    const handlers = handlersOf({}, { kinds, readCode: none, readPerson: none });
    await handlers.attestCode({ code, context, kind }, call);
    await handlers.attestPerson({ identityDocument: { ...PERSON }, context, kind }, call);
    const { availability: _availability, result, ...stated } = negative;
    const record = { ...stated, status: result, reason: 'REASON_NOT_STATED' };
    expect(handlers.attested).toEqual([{ subject: REFERENCE, record, maskedName: '测**' }, { subject: REFERENCE, record, maskedName: '测**' }]);
  });

  it('is refused where the local system states none, and no scan is spent on it', async () => {
    const asked: unknown[] = [];
    const handlers = handlersOf({}, { readCode: (text) => { asked.push(text); return Promise.resolve(answer); } });
    expect(await codeOf(handlers.attestCode({ code, context, kind }, call))).toBe('OPERATION_NOT_OFFERED');
    expect(await codeOf(handlers.attestPerson({ identityDocument: { ...PERSON }, context, kind }, call))).toBe('OPERATION_NOT_OFFERED');
    expect(asked).toEqual([]);
  });

  it('is refused where the number of the kind is in no table', async () => {
    expect(await codeOf(handlersOf().attestCode({ code, context, kind: 99 as v1.AttestationKind }, call))).toBe('REQUEST_FIELD_INVALID');
  });
});

describe('a person known by reference alone', () => {
  const code = new TextEncoder().encode('code');
  const byReference = (subjectReference: string) => ({ identity: undefined as never, subjectReference });

  it('is attested under the reference the local system keeps', async () => {
    const handlers = handlersOf(byReference(REFERENCE));
    await handlers.attestCode({ code, context }, call);
    expect(handlers.attested).toMatchObject([{ subject: REFERENCE, isByReference: true }]);
  });

  it.each<[string, Partial<LocalAnswer>]>([
    ['what is no reference', byReference('5201')],
    ['the reference of another person than its document', { subjectReference: `1.${'b'.repeat(42)}A` }],
  ])('is refused with %s', async (_what, local) => {
    expect(await codeOf(handlersOf(local).attestCode({ code, context }, call))).toBe('LOCAL_ANSWER_INVALID');
  });

  it('is refused where another person was asked about', async () => {
    const handlers = handlersOf(byReference(`1.${'b'.repeat(42)}A`));
    expect(await codeOf(handlers.attestPerson({ identityDocument: { ...PERSON }, context }, call))).toBe('LOCAL_ANSWER_INVALID');
  });
});

describe('queryHealth', () => {
  it('answers masked particulars and guidance beside the attestation', async () => {
    expect(await handlersOf().queryHealth({ bizExtData: 'handle', context }, call)).toEqual({
      attested: { attestation: 'a.b.c', availability: 'available', bizExtData: 'handle' },
      maskedName: '测**', maskedIdNumber: '520199***********6', guidance: '请戴口罩',
    });
    expect((await handlersOf().queryHealth({ identityDocument: { ...PERSON }, context }, call)).maskedName).toBe('测**');
  });

  it.each<[string, Partial<LocalAnswer>]>([
    ['a whole name and a whole number', { maskedName: '测试甲', maskedIdNumber: PERSON.number }],
    ['what is neither', { maskedName: '测\n**', maskedIdNumber: '\n' }],
    ['a name and a number with something hidden in them', { maskedName: '测*甲', maskedIdNumber: '520199********0016' }],
  ])('leaves out %s, and answers all the same', async (_what, local) => {
    const handlers = handlersOf(local);
    expect(await handlers.queryHealth({ identityDocument: { ...PERSON }, context }, call)).toEqual({
      attested: { attestation: 'a.b.c', availability: 'available', bizExtData: 'handle' },
      maskedName: '', maskedIdNumber: '', guidance: '请戴口罩',
    });
    expect(handlers.attested).toHaveLength(1);
    expect(handlers.attested[0]).not.toHaveProperty('maskedName');
  });

  it('refuses BizExtData where the local system gives none', async () => {
    const handlers = handlersOf({}, { readBizExtData: undefined as never });
    expect(await codeOf(handlers.queryHealth({ bizExtData: 'handle', context }, call))).toBe('OPERATION_NOT_OFFERED');
  });
});
