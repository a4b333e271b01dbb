import { AttestationError } from './errors.js';

/** Kinds of document taken, by their code in WS 364.3 CV02.01.101. */
export const IDENTITY_DOCUMENT_TYPES = ['01', '03', '06', '07'] as const;

/** 身份证件 of a person. Never stored and never put in an attestation; a subject reference is made of it. */
export interface IdentityDocument {
  /** 01 居民身份证, 03 护照, 06 港澳居民来往内地通行证, 07 台湾居民来往内地通行证. */
  readonly type: (typeof IDENTITY_DOCUMENT_TYPES)[number];
  /** One text for one document: upper case, no spaces. */
  readonly number: string;
}

/**
 * 01 is GB 11643-1999. No published form was at hand for the others: these are the forms such documents are seen
 * with, and they keep out what would give one document two subject references (case, spaces, full-width digits).
 */
const NUMBER_FORMS: Readonly<Record<IdentityDocument['type'], RegExp>> = {
  '01': /^[1-9]\d{5}(?:18|19|20)\d{9}[\dX]$/,
  '03': /^[A-Z0-9]{5,17}$/,
  '06': /^[HM]\d{8}(?:\d{2})?$/,
  '07': /^\d{8}$/,
};

const CHECK_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECK_CHARACTERS = '10X98765432';

/**
 * The region part of a resident identity number is not looked up: divisions are abolished, numbers stay.
 *
 * @throws {AttestationError} IDENTITY_DOCUMENT_TYPE_UNSUPPORTED; IDENTITY_DOCUMENT_NUMBER_INVALID for another form
 * (a lower-case x included) or a date that never was; IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID.
 */
export function parseIdentityDocument(type: string, number: string): IdentityDocument {
  const known = IDENTITY_DOCUMENT_TYPES.find((candidate) => candidate === type);
  if (!known) throw new AttestationError('IDENTITY_DOCUMENT_TYPE_UNSUPPORTED', 'document type is not one of 01, 03, 06, 07');
  if (!NUMBER_FORMS[known].test(number)) {
    throw new AttestationError('IDENTITY_DOCUMENT_NUMBER_INVALID', `number has not the form of document type ${known}`);
  }
  if (known === '01') {
    if (!isDate(Number(number.slice(6, 10)), Number(number.slice(10, 12)), Number(number.slice(12, 14)))) {
      throw new AttestationError('IDENTITY_DOCUMENT_NUMBER_INVALID', 'date of birth does not exist');
    }
    if (checkCharacter(number) !== number.charAt(17)) {
      throw new AttestationError('IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID', 'check digit does not fit');
    }
  }
  return { type: known, number };
}

/** GB 11643-1999, ISO 7064 MOD 11-2 over the first 17 digits. */
function checkCharacter(number: string): string {
  const sum = CHECK_WEIGHTS.reduce((total, weight, index) => total + weight * Number(number.charAt(index)), 0);
  return CHECK_CHARACTERS.charAt(sum % 11);
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
