import { parseIdentityDocument, parseSubjectReference, type IdentityDocument } from '@health-code/attestation';
import { secondsFromTimestamp, type v1 } from '@health-code/messages';
import { AdapterError } from '../errors.js';
import type { DeclaredTrip, HealthCorrection, HealthDeclaration } from '../national-code-port.js';
import { parseAgent } from './parse-agent.js';
import { parseText } from './parse-verifier.js';

/** Degrees Celsius that a thermometer on a person shows. */
const TEMPERATURE = { lowest: 30, highest: 45 } as const;
const SEXES = ['0', '1', '2', '9'];
const REGION = /^[1-9][0-9]{5}$/;
const MAX_CODE_BYTES = 4096;
const MAX_LIST = 64;
/** What a person writes: longer than a name, still one page. */
const STATEMENT = /^[^\p{Cs}]{0,2000}$/u;

const invalid = (what: string): AdapterError => new AdapterError('REQUEST_FIELD_INVALID', what);

function required(text: string | null | undefined, what: string): string {
  const parsed = parseText(text);
  if (parsed === '') throw invalid(`${what} is missing`);
  return parsed;
}

function statement(text: string | null | undefined): string {
  if (!STATEMENT.test(text ?? '')) throw invalid('a text of the call is too long');
  return text ?? '';
}

function region(text: string | null | undefined, what: string): string {
  if (!REGION.test(text ?? '')) throw invalid(`${what} is not a region code of GB/T 2260`);
  return text ?? '';
}

function codes(list: readonly string[] | null | undefined): readonly string[] {
  if ((list?.length ?? 0) > MAX_LIST) throw invalid('a list of the call is too long');
  return (list ?? []).map((code) => required(code, 'a code in a list'));
}

/** What no scanner reads out of a code and no local system should be handed: line ends, NUL, escapes. */
const CONTROL = /\p{Cc}/u;

/**
 * A scanned code as text.
 *
 * @throws AdapterError LOCAL_CODE_INVALID for nothing, too much, bytes that are not UTF-8, or control characters
 */
export function parseScannedCode(bytes: Uint8Array | null | undefined): string {
  if (bytes === null || bytes === undefined || bytes.byteLength === 0 || bytes.byteLength > MAX_CODE_BYTES) {
    throw new AdapterError('LOCAL_CODE_INVALID', 'a scanned code is between 1 and 4096 bytes');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new AdapterError('LOCAL_CODE_INVALID', 'the scanned bytes are not UTF-8');
  }
  if (CONTROL.test(text)) throw new AdapterError('LOCAL_CODE_INVALID', 'a scanned code holds no control characters');
  return text;
}

/** @throws AttestationError IDENTITY_DOCUMENT_… */
export function parseDocument(document: v1.IIdentityDocument | null | undefined): IdentityDocument {
  return parseIdentityDocument(document?.type ?? '', document?.number ?? '');
}

/**
 * 用户健康信息申报 6.2.
 *
 * @param now seconds since the epoch; stands in for an absent 申报时间
 * @throws AdapterError REQUEST_FIELD_INVALID; AttestationError IDENTITY_DOCUMENT_…
 */
export async function parseDeclaration(
  request: v1.IDeclareHealthRequest,
  resolve: (document: IdentityDocument) => Promise<string>,
  now: number,
): Promise<HealthDeclaration> {
  const { subject } = request;
  const document = parseIdentityDocument(subject?.idType ?? '', subject?.idNumber ?? '');
  const temperature = request.temperature ?? Number.NaN;
  // Written this way round so that NaN is refused.
  if (!(temperature >= TEMPERATURE.lowest && temperature <= TEMPERATURE.highest)) throw invalid('temperature is not one of a person');
  if (!SEXES.includes(subject?.sex ?? '')) throw invalid('sex is not a code of GB/T 2261.1');
  if (!/^[A-Z]{3}$/.test(subject?.nationality ?? '')) throw invalid('nationality is not a code of GB/T 2659');
  const declaredAt = secondsFromTimestamp(request.declaredAt) ?? now;
  if (declaredAt > now + 120) throw invalid('declared in the future');
  const subjectReference = await resolve(document);
  const agent = request.agent === null || request.agent === undefined ? undefined : await parseAgent(request.agent, subjectReference, resolve);
  return {
    document,
    subjectReference,
    name: required(subject?.name, 'name'),
    sex: subject?.sex ?? '',
    nationality: subject?.nationality ?? '',
    registeredRegion: (subject?.registeredRegion ?? '') === '' ? '' : region(subject?.registeredRegion, '户籍区划'),
    address: parseText(subject?.address),
    phone: parseText(subject?.phone),
    medicalHistory: codes(subject?.medicalHistory),
    temperature,
    symptoms: codes(request.symptoms),
    highRiskAreaHistory: request.highRiskAreaHistory ?? false,
    contactHistory: request.contactHistory ?? false,
    underIsolation: request.underIsolation ?? false,
    declaredAt,
    ...(agent === undefined ? {} : { agent }),
  };
}

function parseTrip(trip: v1.ITrip): DeclaredTrip {
  const departedAt = secondsFromTimestamp(trip.departedAt);
  const arrivedAt = secondsFromTimestamp(trip.arrivedAt);
  if (departedAt === undefined || arrivedAt === undefined || arrivedAt < departedAt) throw invalid('a trip ends before it begins, or has no times');
  return {
    fromRegion: region(trip.fromRegion, '出发地'),
    toRegion: region(trip.toRegion, '目的地'),
    transport: parseText(trip.transport),
    departedAt,
    arrivedAt,
  };
}

/** 行程 6.3. @throws AdapterError REQUEST_FIELD_INVALID for none, too many or an impossible one */
export function parseTrips(trips: readonly v1.ITrip[] | null | undefined): readonly DeclaredTrip[] {
  if (trips === null || trips === undefined || trips.length === 0 || trips.length > MAX_LIST) throw invalid('between 1 and 64 trips are declared at once');
  return trips.map(parseTrip);
}

/** Who applies for a code in the person's place (代办); empty when the person does. @throws AttestationError SUBJECT_REFERENCE_INVALID */
export function parseAgentReference(reference: string | null | undefined): string {
  return (reference ?? '') === '' ? '' : parseSubjectReference(reference ?? '');
}

/** 受理编号. @throws AdapterError REQUEST_FIELD_INVALID */
export function parseTicket(ticket: string | null | undefined): string {
  return required(ticket, '受理编号');
}

/** 用户健康信息纠错 6.8. @throws AdapterError REQUEST_FIELD_INVALID; AttestationError SUBJECT_REFERENCE_INVALID */
export function parseCorrection(request: v1.ICorrectHealthRequest): HealthCorrection {
  return {
    subjectReference: parseSubjectReference(request.subjectReference ?? ''),
    disputedField: required(request.disputedField, '纠错项'),
    claimedValue: required(request.claimedValue, '申诉值'),
    evidence: statement(request.evidence),
  };
}
