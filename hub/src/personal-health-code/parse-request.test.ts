import { v1 } from '@health-code/messages';
import { describe, expect, it } from 'vitest';
import { HubError } from '../errors.js';
import { parseApplyCode, parseConvertCode, parseCorrectHealth, parseDeclareHealth, parseDeclareTrip, parseMakeCode, parseQueryCorrection, parseQueryHealth } from './parse-request.js';

const NOW = 1_800_000_000;
const REFERENCE = `1.${'A'.repeat(43)}`;
const ID_NUMBER = '520199190001010016';

const subject: v1.ISubject = {
  name: '测试甲', sex: '1', nationality: 'CHN', idType: '01', idNumber: ID_NUMBER, registeredRegion: '520199', address: '测试路 1 号', phone: '+86 000 0000 0000', medicalHistory: ['01'],
};
const declaration: v1.IDeclareHealthRequest = { province: '520000', subject, temperature: 36.5, symptoms: ['1'], declaredAt: { seconds: NOW - 60 } };
const trip: v1.ITrip = { fromRegion: '520100', toRegion: '110105', transport: '高铁 G0000', departedAt: { seconds: NOW - 7200 }, arrivedAt: { seconds: NOW } };
const trips: v1.IDeclareTripRequest = { province: '520000', subjectReference: REFERENCE, trips: [trip] };
const context: v1.ICheckpointContext = { province: '110000', purpose: v1.Purpose.PURPOSE_CHECKPOINT };
const query: v1.IQueryHealthRequest = { province: '520000', context, bizExtData: 'handle' };
const document: v1.IIdentityDocument = { type: '01', number: ID_NUMBER };
const application: v1.IApplyCodeRequest = { province: '520000', subjectReference: REFERENCE, organisation: '91330106MA27Y4U47R', purpose: v1.Purpose.PURPOSE_SELF };
const making: v1.IMakeCodeRequest = { province: '520000', businessSerialNumber: 'b1', randomNumber: 'r1' };
const correction: v1.ICorrectHealthRequest = { province: '520000', subjectReference: REFERENCE, disputedField: 'status', claimedValue: '00', evidence: '第一行\n第二行' };

function refusal(parse: () => unknown): { readonly code: string; readonly fields: readonly string[]; readonly text: string } {
  try {
    parse();
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return { code: error.code, fields: error.fieldViolations.map(({ field }) => field), text: error.message + JSON.stringify(error.fieldViolations) };
  }
  return { code: 'accepted', fields: [], text: '' };
}

const declare = (change: v1.IDeclareHealthRequest) => refusal(() => parseDeclareHealth({ ...declaration, ...change }, NOW));
const declareOf = (change: v1.ISubject) => declare({ subject: { ...subject, ...change } });

describe('parseDeclareHealth', () => {
  it('accepts a declaration and hands it on unchanged', () => {
    expect(parseDeclareHealth(declaration, NOW)).toBe(declaration);
  });

  it('accepts what need not be stated as empty', () => {
    const least = { province: '520000', subject: { name: '测试甲', sex: '9', nationality: 'CHN', idType: '01', idNumber: ID_NUMBER }, temperature: 36.5 };
    expect(refusal(() => parseDeclareHealth(least, NOW)).code).toBe('accepted');
  });

  it('accepts names with a middle dot, Latin letters and characters beyond the basic plane', () => {
    for (const name of ['测试·甲', 'Test Person', '𠮷', '\u{e000}']) expect(declareOf({ name }).code).toBe('accepted');
  });

  it.each<[string, v1.ISubject, string, string]>([
    ['a wrong check digit', { idNumber: '520199190001010011' }, 'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID', 'subject.id_number'],
    ['a birth date that never was', { idNumber: '520199190002300019' }, 'IDENTITY_DOCUMENT_NUMBER_INVALID', 'subject.id_number'],
    ['a truncated number', { idNumber: ID_NUMBER.slice(0, 17) }, 'IDENTITY_DOCUMENT_NUMBER_INVALID', 'subject.id_number'],
    ['an unknown type of document', { idType: '99' }, 'IDENTITY_DOCUMENT_TYPE_UNSUPPORTED', 'subject.id_type'],
    ['no name', { name: '' }, 'REQUEST_INVALID', 'subject.name'],
    ['a name without end', { name: '甲'.repeat(129) }, 'REQUEST_INVALID', 'subject.name'],
    ['a name that turns the writing direction', { name: '甲\u202e' }, 'REQUEST_INVALID', 'subject.name'],
    ['an absent sex', { sex: '' }, 'REQUEST_INVALID', 'subject.sex'],
    ['a sex outside GB/T 2261.1', { sex: '3' }, 'REQUEST_INVALID', 'subject.sex'],
    ['a nationality by other letters', { nationality: 'CN' }, 'REQUEST_INVALID', 'subject.nationality'],
    ['a region of no province', { registeredRegion: '990000' }, 'REQUEST_INVALID', 'subject.registered_region'],
    ['an address without end', { address: '路'.repeat(129) }, 'REQUEST_INVALID', 'subject.address'],
    ['a telephone number of letters', { phone: 'none' }, 'REQUEST_INVALID', 'subject.phone'],
    ['a history that is no code', { medicalHistory: ['01', '高血压'] }, 'REQUEST_INVALID', 'subject.medical_history[1]'],
  ])('refuses %s', (_, change, code, field) => {
    expect(declareOf(change)).toMatchObject({ code, fields: [field] });
  });

  it.each<[string, v1.IDeclareHealthRequest, string, string]>([
    ['an unknown province', { province: '999999' }, 'PROVINCE_UNKNOWN', 'province'],
    ['no subject', { subject: null }, 'REQUEST_INVALID', 'subject'],
    ['an absent temperature', { temperature: 0 }, 'REQUEST_INVALID', 'temperature'],
    ['a temperature in Fahrenheit', { temperature: 97.7 }, 'REQUEST_INVALID', 'temperature'],
    ['a temperature that is no number', { temperature: Number.NaN }, 'REQUEST_INVALID', 'temperature'],
    ['more symptoms than there are', { symptoms: Array<string>(33).fill('1') }, 'REQUEST_INVALID', 'symptoms'],
    ['a declaration from the future', { declaredAt: { seconds: NOW + 600 } }, 'REQUEST_INVALID', 'declared_at'],
    ['a declaration in milliseconds', { declaredAt: { seconds: NOW * 1000 } }, 'REQUEST_INVALID', 'declared_at'],
  ])('refuses %s', (_, change, code, field) => {
    expect(declare(change)).toMatchObject({ code, fields: [field] });
  });

  it.each([[30], [45]])('accepts %d degrees, the end of the range', (temperature) => {
    expect(declare({ temperature }).code).toBe('accepted');
  });

  it('tells every bad field at once, with the most telling code, and quotes none of what was sent', () => {
    const bad = declare({ province: '520000', temperature: 12, subject: { ...subject, name: '', idNumber: '520199190001010011', address: 'A\u0007secret-address' } });
    expect(bad.code).toBe('IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID');
    expect(bad.fields).toEqual(['subject.name', 'subject.id_number', 'subject.address', 'temperature']);
    expect(bad.text).not.toMatch(/520199190001010011|secret-address/);
  });
});

describe('parseDeclareHealth for somebody else', () => {
  const agent: v1.IAgent = { name: '测试乙', idType: '03', idNumber: 'E00000001', relationship: v1.AgentRelationship.AGENT_RELATIONSHIP_CHILD };

  it('accepts an agent who says who he is', () => {
    expect(declare({ agent }).code).toBe('accepted');
  });

  it.each<[string, v1.IAgent, string, string]>([
    ['no name', { name: '' }, 'REQUEST_INVALID', 'agent.name'],
    ['a wrong check digit', { idType: '01', idNumber: '520199190001010011' }, 'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID', 'agent.id_number'],
    ['no relationship', { relationship: v1.AgentRelationship.AGENT_RELATIONSHIP_UNSPECIFIED }, 'REQUEST_INVALID', 'agent.relationship'],
    ['a relationship that is not on the list', { relationship: 99 as v1.AgentRelationship }, 'REQUEST_INVALID', 'agent.relationship'],
    ['the document of the person declared for', { idType: '01', idNumber: ID_NUMBER }, 'REQUEST_INVALID', 'agent.id_number'],
  ])('refuses an agent with %s', (_, change, code, field) => {
    expect(declare({ agent: { ...agent, ...change } })).toMatchObject({ code, fields: [field] });
  });
});

describe('parseDeclareTrip', () => {
  const declareTrip = (change: v1.ITrip) => refusal(() => parseDeclareTrip({ ...trips, trips: [trip, { ...trip, ...change }] }));

  it('accepts trips', () => {
    expect(parseDeclareTrip(trips)).toBe(trips);
  });

  it.each<[string, v1.ITrip, string]>([
    ['no origin', { fromRegion: '' }, 'trips[1].from_region'],
    ['a destination in no province', { toRegion: '000000' }, 'trips[1].to_region'],
    ['no departure', { departedAt: null }, 'trips[1].departed_at'],
    ['an arrival before the departure', { arrivedAt: { seconds: NOW - 8000 } }, 'trips[1].arrived_at'],
  ])('refuses %s', (_, change, field) => {
    expect(declareTrip(change)).toMatchObject({ code: 'REQUEST_INVALID', fields: [field] });
  });

  it('refuses no trip, and more than 32', () => {
    expect(refusal(() => parseDeclareTrip({ ...trips, trips: [] })).fields).toEqual(['trips']);
    expect(refusal(() => parseDeclareTrip({ ...trips, trips: Array<v1.ITrip>(33).fill(trip) })).fields).toEqual(['trips']);
  });

  it('refuses what is no subject reference', () => {
    expect(refusal(() => parseDeclareTrip({ ...trips, subjectReference: ID_NUMBER }))).toMatchObject({ code: 'SUBJECT_REFERENCE_INVALID', fields: ['subject_reference'] });
  });
});

describe('parseQueryHealth', () => {
  const ask = (change: v1.IQueryHealthRequest) => refusal(() => parseQueryHealth({ ...query, ...change }));

  it('accepts a handle of an earlier verification, or an identity document', () => {
    expect(parseQueryHealth(query).checkpoint.province).toBe('110000');
    expect(ask({ bizExtData: null, identityDocument: document }).code).toBe('accepted');
    expect(ask({ bizExtData: null, identityDocument: { ...document, homeProvince: '520000' } }).code).toBe('accepted');
  });

  it.each<[string, v1.IQueryHealthRequest, string, string]>([
    ['nobody to ask about', { bizExtData: null }, 'REQUEST_INVALID', 'biz_ext_data'],
    ['a handle without end', { bizExtData: 'a'.repeat(4097) }, 'REQUEST_INVALID', 'biz_ext_data'],
    ['a wrong check digit', { identityDocument: { ...document, number: '520199190001010011' } }, 'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID', 'identity_document.number'],
    ['another home province than the one asked', { identityDocument: { ...document, homeProvince: '110000' } }, 'REQUEST_INVALID', 'identity_document.home_province'],
    ['no one who asks', { context: null }, 'REQUEST_INVALID', 'context'],
    ['no purpose', { context: { province: '110000' } }, 'PURPOSE_MISSING', 'context.purpose'],
    ['a checkpoint in no province', { context: { ...context, province: '' } }, 'PROVINCE_UNKNOWN', 'context.province'],
  ])('refuses %s', (_, change, code, field) => {
    expect(ask(change)).toMatchObject({ code, fields: [field] });
  });
});

describe('parseApplyCode', () => {
  it('accepts an application', () => {
    expect(parseApplyCode(application)).toBe(application);
  });

  it.each<[string, v1.IApplyCodeRequest, string, string]>([
    ['an organisation by name', { organisation: '测试机构' }, 'REQUEST_INVALID', 'organisation'],
    ['an organisation with a wrong check character', { organisation: '91330106MA27Y4U47Q' }, 'REQUEST_INVALID', 'organisation'],
    ['no purpose', { purpose: v1.Purpose.PURPOSE_UNSPECIFIED }, 'PURPOSE_MISSING', 'purpose'],
    ['a purpose that is not on the list', { purpose: 99 as v1.Purpose }, 'REQUEST_INVALID', 'purpose'],
    ['an agent by identity number', { agentReference: ID_NUMBER }, 'SUBJECT_REFERENCE_INVALID', 'agent_reference'],
    ['the person as the own agent', { agentReference: REFERENCE }, 'REQUEST_INVALID', 'agent_reference'],
  ])('refuses %s', (_, change, code, field) => {
    expect(refusal(() => parseApplyCode({ ...application, ...change }))).toMatchObject({ code, fields: [field] });
  });
});

describe('parseMakeCode', () => {
  it('accepts what ApplyCode returned', () => {
    expect(parseMakeCode(making)).toBe(making);
  });

  it('refuses a missing serial number and random number, both at once', () => {
    expect(refusal(() => parseMakeCode({ province: '520000' })).fields).toEqual(['business_serial_number', 'random_number']);
  });
});

describe('parseCorrectHealth', () => {
  it('accepts a correction with evidence of several lines', () => {
    expect(parseCorrectHealth(correction)).toBe(correction);
  });

  it('refuses evidence without end', () => {
    expect(refusal(() => parseCorrectHealth({ ...correction, evidence: 'a'.repeat(2001) })).fields).toEqual(['evidence']);
  });
});

describe('parseQueryCorrection', () => {
  it('accepts a ticket', () => {
    const asked = { province: '520000', ticket: 'c1' };
    expect(parseQueryCorrection(asked)).toBe(asked);
  });

  it('refuses no ticket, and one without end', () => {
    for (const ticket of ['', 'c'.repeat(129)]) expect(refusal(() => parseQueryCorrection({ province: '520000', ticket })).fields).toContain('ticket');
  });
});

describe('parseConvertCode', () => {
  it('accepts what fits', () => {
    expect(parseConvertCode({ province: '370000', attestation: new Uint8Array(8192) })).toMatchObject({ province: '370000' });
  });

  it.each<[string, v1.IConvertCodeRequest, string, string]>([
    ['no attestation', { attestation: null }, 'CODE_MISSING', 'attestation'],
    ['more than 8192 bytes', { attestation: new Uint8Array(8193) }, 'CODE_TOO_LARGE', 'attestation'],
    ['a broken compact code', { attestation: Buffer.from('CNHC1:6BF') }, 'COMPACT_CODE_INVALID', 'attestation'],
    ['an unknown province', { province: '999999' }, 'PROVINCE_UNKNOWN', 'province'],
  ])('refuses %s', (_, change, code, field) => {
    expect(refusal(() => parseConvertCode({ province: '370000', attestation: Buffer.from('a.b.c'), ...change }))).toMatchObject({ code, fields: [field] });
  });
});
