import { CLOCK_TOLERANCE_SECONDS, parseProvinceCode, type ProvinceCode } from '@health-code/attestation';
import { v1 } from '@health-code/messages';
import { parseCheckpoint, type Checkpoint } from '../verify/checkpoint-request.js';
import { FieldChecks } from './field-checks.js';
import { isUnifiedSocialCreditCode } from './unified-social-credit-code.js';

/*
 * Requests as decoded, checked before anything is sealed: field by field, sizes first of all. What passes goes to the
 * province as it came; nothing is trimmed, folded or filled in, since the province answers for what it is told.
 */

const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,15}$/;
const CODE_DESCRIPTION = 'a code of at most 16 letters, digits, dots or hyphens';

/** Longest text of one line, in characters: the most that provinces take. */
const LINE_MAX = 128;

/** Largest 业务透传数据, in characters. */
const BIZ_EXT_MAX = 4096;

/** Degrees Celsius between which a temperature is one of a living person; 0 is what an absent field reads as. */
const TEMPERATURE_MIN = 30;
const TEMPERATURE_MAX = 45;

/** 转码: largest attestation with the holder's disclosures, in bytes. */
const PRESENTATION_MAX_BYTES = 8192;

/** 代办人: whoever speaks for another person says who he is and what he is to that person. */
function checkAgent(checks: FieldChecks, agent: v1.IAgent | null | undefined, subject: v1.ISubject | null | undefined): void {
  if (!agent) return;
  checks.text(agent.name ?? '', 'agent.name', 1, LINE_MAX);
  checks.identityDocument(agent.idType ?? '', agent.idNumber ?? '', 'agent.id_type', 'agent.id_number');
  const relationship = agent.relationship ?? v1.AgentRelationship.AGENT_RELATIONSHIP_UNSPECIFIED;
  checks.require(relationship !== v1.AgentRelationship.AGENT_RELATIONSHIP_UNSPECIFIED && relationship in v1.AgentRelationship, 'agent.relationship', 'must be on the list of relationships');
  const isSamePerson = agent.idType === subject?.idType && agent.idNumber === subject?.idNumber;
  checks.require(!isSamePerson, 'agent.id_number', 'must be that of another person than the subject');
}

function checkSubject(checks: FieldChecks, subject: v1.ISubject | null | undefined): void {
  if (!subject) {
    checks.refuse('subject', 'must be given');
    return;
  }
  checks.text(subject.name ?? '', 'subject.name', 1, LINE_MAX);
  checks.identityDocument(subject.idType ?? '', subject.idNumber ?? '', 'subject.id_type', 'subject.id_number');
  // 未说明 has a code of its own ("9"), so that an absent sex is one that was forgotten.
  checks.require(/^[0129]$/.test(subject.sex ?? ''), 'subject.sex', 'must be 0, 1, 2 or 9 (GB/T 2261.1)');
  checks.require(/^[A-Z]{3}$/.test(subject.nationality ?? ''), 'subject.nationality', 'must be three capital letters (GB/T 2659)');
  if (subject.registeredRegion) checks.region(subject.registeredRegion, 'subject.registered_region');
  checks.text(subject.address ?? '', 'subject.address', 0, LINE_MAX);
  checks.form(subject.phone ?? '', 'subject.phone', /^\+?[0-9][0-9 -]{3,23}$/, 'a telephone number');
  checks.list(subject.medicalHistory ?? [], 'subject.medical_history', 32, CODE, CODE_DESCRIPTION);
}

/**
 * 6.2 用户健康信息申报.
 * @param now seconds since the epoch
 * @throws HubError REQUEST_INVALID, PROVINCE_UNKNOWN, IDENTITY_DOCUMENT_… with every bad field
 */
export function parseDeclareHealth(request: v1.IDeclareHealthRequest, now: number): v1.IDeclareHealthRequest {
  const checks = new FieldChecks();
  checks.province(request.province ?? '', 'province');
  checkSubject(checks, request.subject);
  checkAgent(checks, request.agent, request.subject);
  const temperature = request.temperature ?? 0;
  // Written so that NaN is refused too.
  checks.require(temperature >= TEMPERATURE_MIN && temperature <= TEMPERATURE_MAX, 'temperature', 'must be degrees Celsius from 30 to 45');
  checks.list(request.symptoms ?? [], 'symptoms', 32, CODE, CODE_DESCRIPTION);
  const declaredAt = checks.time(request.declaredAt, 'declared_at');
  checks.require((declaredAt ?? now) <= now + CLOCK_TOLERANCE_SECONDS, 'declared_at', 'must not lie in the future');
  checks.finish();
  return request;
}

/**
 * 6.3 用户行程申报.
 * @throws HubError REQUEST_INVALID, PROVINCE_UNKNOWN, SUBJECT_REFERENCE_INVALID with every bad field
 */
export function parseDeclareTrip(request: v1.IDeclareTripRequest): v1.IDeclareTripRequest {
  const checks = new FieldChecks();
  const trips = request.trips ?? [];
  checks.province(request.province ?? '', 'province');
  checks.subjectReference(request.subjectReference ?? '', 'subject_reference');
  checks.require(trips.length >= 1 && trips.length <= 32, 'trips', 'must have 1 to 32 entries');
  trips.slice(0, 32).forEach((trip, index) => {
    const path = `trips[${String(index)}]`;
    checks.region(trip.fromRegion ?? '', `${path}.from_region`);
    checks.region(trip.toRegion ?? '', `${path}.to_region`);
    checks.text(trip.transport ?? '', `${path}.transport`, 0, 64);
    const departed = checks.time(trip.departedAt, `${path}.departed_at`);
    const arrived = checks.time(trip.arrivedAt, `${path}.arrived_at`);
    checks.require(Boolean(trip.departedAt), `${path}.departed_at`, 'must be given');
    checks.require(Boolean(trip.arrivedAt), `${path}.arrived_at`, 'must be given');
    if (departed !== undefined && arrived !== undefined) checks.require(departed <= arrived, `${path}.arrived_at`, 'must not lie before the departure');
  });
  checks.finish();
  return request;
}

/** A query of 6.4 and who asks it. */
export interface HealthQuery {
  readonly request: v1.IQueryHealthRequest;
  readonly checkpoint: Checkpoint;
}

/**
 * 6.4 用户健康信息查询.
 * @throws HubError REQUEST_INVALID, PURPOSE_MISSING, PROVINCE_UNKNOWN, IDENTITY_DOCUMENT_… with every bad field
 */
export function parseQueryHealth(request: v1.IQueryHealthRequest): HealthQuery {
  const checks = new FieldChecks();
  checks.province(request.province ?? '', 'province');
  const checkpoint = checks.adopt(() => parseCheckpoint(request.context));
  const document = request.identityDocument;
  if (document) {
    checks.identityDocument(document.type ?? '', document.number ?? '', 'identity_document.type', 'identity_document.number');
    // One province is asked. Another one named here means that the caller is not sure which.
    const home = document.homeProvince ?? '';
    checks.require(home === '' || home === request.province, 'identity_document.home_province', 'must be the province asked, or empty');
  } else {
    checks.text(request.bizExtData ?? '', 'biz_ext_data', 1, BIZ_EXT_MAX);
  }
  checks.finish();
  // finish() has thrown if the context was refused; the compiler cannot know.
  return { request, checkpoint: checkpoint ?? parseCheckpoint(request.context) };
}

/**
 * 6.5 健康码调用申请.
 * @throws HubError REQUEST_INVALID, PURPOSE_MISSING, PROVINCE_UNKNOWN, SUBJECT_REFERENCE_INVALID with every bad field
 */
export function parseApplyCode(request: v1.IApplyCodeRequest): v1.IApplyCodeRequest {
  const checks = new FieldChecks();
  checks.province(request.province ?? '', 'province');
  checks.subjectReference(request.subjectReference ?? '', 'subject_reference');
  checks.require(isUnifiedSocialCreditCode(request.organisation ?? ''), 'organisation', 'must be a unified social credit code (GB 32100) with its check character');
  const purpose = request.purpose ?? v1.Purpose.PURPOSE_UNSPECIFIED;
  checks.require(purpose !== v1.Purpose.PURPOSE_UNSPECIFIED, 'purpose', 'must be named', 'PURPOSE_MISSING');
  checks.require(purpose in v1.Purpose, 'purpose', 'must be on the list of purposes');
  const { agentReference } = request;
  if (agentReference) checks.subjectReference(agentReference, 'agent_reference');
  checks.require(!agentReference || agentReference !== request.subjectReference, 'agent_reference', 'must be that of another person, or empty');
  checks.finish();
  return request;
}

/**
 * 6.6 健康码制码请求.
 * @throws HubError REQUEST_INVALID, PROVINCE_UNKNOWN with every bad field
 */
export function parseMakeCode(request: v1.IMakeCodeRequest): v1.IMakeCodeRequest {
  const checks = new FieldChecks();
  checks.province(request.province ?? '', 'province');
  checks.text(request.businessSerialNumber ?? '', 'business_serial_number', 1, LINE_MAX);
  checks.text(request.randomNumber ?? '', 'random_number', 1, LINE_MAX);
  checks.text(request.bizExtData ?? '', 'biz_ext_data', 0, BIZ_EXT_MAX);
  checks.finish();
  return request;
}

/**
 * 6.8 用户健康信息纠错.
 * @throws HubError REQUEST_INVALID, PROVINCE_UNKNOWN, SUBJECT_REFERENCE_INVALID with every bad field
 */
export function parseCorrectHealth(request: v1.ICorrectHealthRequest): v1.ICorrectHealthRequest {
  const checks = new FieldChecks();
  checks.province(request.province ?? '', 'province');
  checks.subjectReference(request.subjectReference ?? '', 'subject_reference');
  checks.text(request.disputedField ?? '', 'disputed_field', 1, 64);
  checks.text(request.claimedValue ?? '', 'claimed_value', 1, LINE_MAX);
  checks.text((request.evidence ?? '').replaceAll('\n', ' '), 'evidence', 0, 2000);
  checks.finish();
  return request;
}

/**
 * 纠错进度查询.
 * @throws HubError REQUEST_INVALID, PROVINCE_UNKNOWN with every bad field
 */
export function parseQueryCorrection(request: v1.IQueryCorrectionRequest): v1.IQueryCorrectionRequest {
  const checks = new FieldChecks();
  checks.province(request.province ?? '', 'province');
  checks.text(request.ticket ?? '', 'ticket', 1, LINE_MAX);
  checks.finish();
  return request;
}

/** A conversion that was asked for. */
export interface Conversion {
  /** Where the person arrives. */
  readonly province: ProvinceCode;
  /** Nobody's word yet: the holder shows it. */
  readonly attestation: Uint8Array;
}

/**
 * 转码. That the attestation is another province's is seen once it is read.
 * @throws HubError REQUEST_INVALID, PROVINCE_UNKNOWN, CODE_MISSING, CODE_TOO_LARGE with every bad field
 */
export function parseConvertCode(request: v1.IConvertCodeRequest): Conversion {
  const checks = new FieldChecks();
  const attestation = request.attestation ?? new Uint8Array();
  checks.province(request.province ?? '', 'province');
  checks.require(attestation.length > 0, 'attestation', 'must be given', 'CODE_MISSING');
  checks.require(attestation.length <= PRESENTATION_MAX_BYTES, 'attestation', `must have at most ${String(PRESENTATION_MAX_BYTES)} bytes`, 'CODE_TOO_LARGE');
  const presentation = checks.compactCode(attestation, 'attestation');
  checks.finish();
  return { province: parseProvinceCode(request.province ?? ''), attestation: presentation };
}
