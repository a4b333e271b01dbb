import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import type { HealthDeclaration, NationalCodeOperations } from '../national-code-port.js';
import { NOW, PERSON, REFERENCE, call, answer, handlersOf, codeOf } from './operations.fixture.js';

describe('operations that change something', () => {
  const declared: HealthDeclaration[] = [];
  const operations: NationalCodeOperations = {
    declareHealth: (declaration) => {
      declared.push(declaration);
      return Promise.resolve({ declarationId: 'd1', validUntil: NOW + 100, answer: { fields: { status: '00' }, answeredAt: NOW } });
    },
    declareTrip: (_reference, trips) => Promise.resolve(`trip-${trips.length}`),
    applyCode: () => Promise.resolve({ businessSerialNumber: 'b1', randomNumber: 'r1', expiresAt: NOW + 60 }),
    makeCode: () => Promise.resolve({ code: new Uint8Array([1]), expiresAt: NOW + 60, answer }),
    correctHealth: () => Promise.resolve({ ticket: 't1', state: 'received', dueAt: NOW + 600 }),
  };
  const handlers = handlersOf({}, { operations });
  const subject: v1.ISubject = { name: '测试甲', sex: '1', nationality: 'CHN', idType: PERSON.type, idNumber: PERSON.number, phone: '10000000000' };
  const declaration = (change: v1.IDeclareHealthRequest = {}) => v1.DeclareHealthRequest.decode(v1.DeclareHealthRequest.encode({ province: '520000', subject, temperature: 36.5, ...change }).finish());

  it('declares for the person the document names, and attests what follows', async () => {
    expect(await handlers.declareHealth(declaration(), call)).toEqual({
      declarationId: 'd1', validUntil: { seconds: NOW + 100, nanos: 0 }, subjectReference: REFERENCE, status: v1.HealthStatus.HEALTH_STATUS_GREEN,
    });
    expect(declared[0]).toMatchObject({ document: PERSON, subjectReference: REFERENCE, name: '测试甲', temperature: 36.5, symptoms: [], contactHistory: false, declaredAt: NOW });
  });

  it.each<[string, v1.IDeclareHealthRequest, string]>([
    ['no subject', { subject: null }, 'IDENTITY_DOCUMENT_TYPE_UNSUPPORTED'],
    ['no name', { subject: { ...subject, name: '' } }, 'REQUEST_FIELD_INVALID'],
    ['a sex that is no code', { subject: { ...subject, sex: '3' } }, 'REQUEST_FIELD_INVALID'],
    ['a nationality in Chinese', { subject: { ...subject, nationality: '中国' } }, 'REQUEST_FIELD_INVALID'],
    ['no temperature', { temperature: 0 }, 'REQUEST_FIELD_INVALID'],
    ['a temperature that is no number', { temperature: Number.NaN }, 'REQUEST_FIELD_INVALID'],
    ['a declaration of tomorrow', { declaredAt: { seconds: NOW + 86_400 } }, 'REQUEST_FIELD_INVALID'],
  ])('refuses %s', async (_what, change, expected) => {
    expect(await codeOf(handlers.declareHealth(declaration(change), call))).toBe(expected);
  });

  it('gives the holder the presentation with what only the holder shows', async () => {
    const made = await handlers.makeCode({ businessSerialNumber: 'b1', randomNumber: 'r1' }, call);
    expect(made).toMatchObject({ attestation: 'a.b.c~disclosure~', expiresAt: { seconds: NOW + 60 } });
  });

  it('declares trips that begin before they end', async () => {
    const trip = { fromRegion: '520100', toRegion: '310000', transport: '高铁 G1234', departedAt: { seconds: NOW }, arrivedAt: { seconds: NOW + 1 } };
    expect(await handlers.declareTrip({ subjectReference: REFERENCE, trips: [trip] }, call)).toEqual({ tripId: 'trip-1' });
    const backwards = { ...trip, arrivedAt: { seconds: NOW - 1 } };
    expect(await codeOf(handlers.declareTrip({ subjectReference: REFERENCE, trips: [backwards] }, call))).toBe('REQUEST_FIELD_INVALID');
    expect(await codeOf(handlers.declareTrip({ subjectReference: 'not one', trips: [trip] }, call))).toBe('SUBJECT_REFERENCE_INVALID');
  });

  it('refuses each of them where the local system offers none', async () => {
    const none = handlersOf();
    const outcomes = await Promise.all([
      none.declareHealth(declaration(), call), none.declareTrip({}, call), none.applyCode({}, call), none.makeCode({}, call), none.correctHealth({}, call),
    ].map(codeOf));
    expect(new Set(outcomes)).toEqual(new Set(['OPERATION_NOT_OFFERED']));
  });
});
