import { maskName, maskNumber, type SyntheticPerson } from '../stand-in/synthetic-people.js';
import type { AcceptForeignStatement, Statement } from './national-code.js';

/** How long a statement holds whose end the store does not name, in seconds. Ours. */
const STATEMENT_LIFETIME = 86_400;

const NOBODY: Statement = {
  availability: 'no-such-person',
  status: '',
  reason: '',
  ruleId: '',
  ruleVersion: '',
  authority: '',
  evidence: 'self-declared',
  since: 0,
  validUntil: 0,
  guidance: '',
  maskedName: '',
  maskedIdNumber: '',
};

/** What the national code says about nobody. */
export function statementOfNobody(): Statement {
  return NOBODY;
}

/** What the national code says about a person now. @param nowMs milliseconds since the epoch */
export function statementOf(person: SyntheticPerson, authority: string, nowMs: number): Statement {
  const { fields } = person;
  const seconds = Math.floor(nowMs / 1000);
  const validUntil = Number(fields['validUntil'] ?? seconds + STATEMENT_LIFETIME);
  // A stated end that has passed takes the status with it.
  const availability =
    (fields['availability'] ?? 'available') === 'available' && validUntil <= seconds
      ? 'expired'
      : (fields['availability'] ?? 'available');
  return {
    availability,
    status: availability === 'available' ? (fields['status'] ?? '') : '',
    reason: fields['reason'] ?? '',
    ruleId: fields['ruleId'] ?? '',
    ruleVersion: fields['ruleVersion'] ?? '',
    authority,
    evidence: fields['evidence'] ?? 'self-declared',
    // A person as first written declared today: the demonstration never runs out of people.
    since: person.changedAt === 0 ? seconds - (seconds % 86_400) : Math.floor(person.changedAt / 1000),
    validUntil,
    guidance: fields['guidance'] ?? '',
    maskedName: maskName(person.name),
    maskedIdNumber: maskNumber(person.documentNumber),
    person: { idType: person.documentType, idNumber: person.documentNumber },
  };
}

/**
 * What the national code says about somebody whose statement of another province was converted (转码): its status, by reference
 * alone, and whose it is. It cites no rule of the province, which assigned nothing.
 *
 * @param nowMs milliseconds since the epoch
 */
export function statementOfConversion(conversion: AcceptForeignStatement, nowMs: number): Statement {
  const { subjectReference, issuer, status, reason, since, validUntil, maskedName = '' } = conversion;
  const isStanding = validUntil > Math.floor(nowMs / 1000);
  return {
    ...NOBODY,
    availability: isStanding ? 'available' : 'expired',
    status: isStanding ? status : '',
    reason,
    authority: issuer,
    evidence: 'verified-source',
    since,
    validUntil,
    maskedName,
    subjectReference,
    convertedFrom: issuer,
  };
}
