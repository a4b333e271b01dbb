import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { parseProvinceReply, type ProvinceOperation } from './parse-reply.js';
import { PROVINCE_REFUSAL_CODES } from './province-refusal.js';

const REFERENCE = `1.${'A'.repeat(43)}`;
const AT = { seconds: 1_800_000_000, nanos: 0 };

const parse = (operation: ProvinceOperation, reply: v1.IProvinceReply): unknown => parseProvinceReply(v1.ProvinceReply.encode(reply).finish(), operation);
const refusal = (operation: ProvinceOperation, reply: v1.IProvinceReply): unknown => {
  try {
    return parse(operation, reply);
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
};

describe('parseProvinceReply', () => {
  it.each(PROVINCE_REFUSAL_CODES)('carries the refusal %s', (provinceErrorCode) => {
    expect(() => parse('attestCode', { error: { code: provinceErrorCode } })).toThrow(expect.objectContaining({ code: 'ADAPTER_REFUSED', provinceErrorCode }));
  });

  it('accepts fields it does not know: an adapter may be newer than the hub', () => {
    const known = v1.ProvinceReply.encode({ declareTrip: { tripId: 't1' } }).finish();
    // Field 99, varint 1.
    const newer = Buffer.concat([known, Buffer.from([0x98, 0x06, 0x01])]);
    expect(parseProvinceReply(newer, 'declareTrip')).toEqual({ tripId: 't1' });
  });

  it('reads how a correction stands: decided at a time, or not decided', () => {
    expect(parse('queryCorrection', { queryCorrection: { state: 'received', dueAt: AT } })).toEqual({ state: 'received', dueAt: AT, decidedAt: null });
    expect(parse('queryCorrection', { queryCorrection: { state: 'decided-by-default', dueAt: AT, decidedAt: AT } })).toMatchObject({ decidedAt: AT });
  });

  it.each<[string, ProvinceOperation, v1.IProvinceReply]>([
    ['a reference that is none', 'resolveReference', { reference: { subjectReference: '520199190001010016' } }],
    ['a declaration without a number', 'declareHealth', { declareHealth: { validUntil: AT, subjectReference: REFERENCE } }],
    ['a declaration without an end', 'declareHealth', { declareHealth: { declarationId: 'd1', subjectReference: REFERENCE } }],
    ['a status nobody knows', 'declareHealth', { declareHealth: { declarationId: 'd1', validUntil: AT, subjectReference: REFERENCE, status: 7 as v1.HealthStatus } }],
    ['a trip without a number', 'declareTrip', { declareTrip: {} }],
    ['a query without an attested part', 'queryHealth', { queryHealth: { maskedName: '测*' } }],
    ['an application without a random number', 'applyCode', { applyCode: { businessSerialNumber: 'b1', expiresAt: AT } }],
    ['an empty code', 'makeCode', { makeCode: { expiresAt: AT } }],
    ['a correction in a state nobody knows', 'correctHealth', { correctHealth: { ticket: 'c1', state: 'ignored', dueAt: AT } }],
    ['a correction due before time began', 'correctHealth', { correctHealth: { ticket: 'c1', state: 'received', dueAt: { seconds: -1 } } }],
    ['an agent by something else than a reference', 'declareHealth', { declareHealth: { declarationId: 'd1', validUntil: AT, subjectReference: REFERENCE, agentReference: '520199190001010016' } }],
    ['a correction upheld at no time', 'queryCorrection', { queryCorrection: { state: 'upheld', dueAt: AT } }],
    ['a correction decided before it was', 'queryCorrection', { queryCorrection: { state: 'received', dueAt: AT, decidedAt: AT } }],
    ['a conversion without a reference', 'convertCode', { convertCode: { attestation: 'a.b.c', presentation: 'a.b.c~' } }],
    ['a conversion whose holder would show something else', 'convertCode', { convertCode: { attestation: 'a.b.c', presentation: 'd.e.f~', subjectReference: REFERENCE } }],
    ['guidance without end', 'queryHealth', { queryHealth: { attested: { availability: 'pending' }, guidance: '甲'.repeat(1025) } }],
  ])('refuses %s', (_, operation, reply) => {
    expect(refusal(operation, reply)).toBe('ADAPTER_ANSWER_INVALID');
  });
});
