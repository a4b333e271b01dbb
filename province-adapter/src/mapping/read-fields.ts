import jsonpointer from 'jsonpointer';
import { AdapterError } from '../errors.js';
import { findIdentityDocument } from '../local-format/identity.js';
import { PERSON_FIELD } from '../local-format/translation-table.js';
import type { LocalAnswer } from '../province-system.js';
import { maskName, maskNumber } from '../stand-in/synthetic-people.js';
import type { MappedField, Mapping } from './mapping-schema.js';

type Fields = Mapping['fields'];

/** Fields that the translation reads, under their local names. */
const TRANSLATED = ['status', 'reason', 'since', 'validUntil'] as const;

const untilde = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** 身份证. */
const IDENTITY_CARD = '01';

/**
 * What the local system calls each field: the last part of its pointer, or the whole of it where two fields would have one name.
 */
export function localNames(fields: Fields): Readonly<Partial<Record<(typeof TRANSLATED)[number], string>>> {
  const pointers = TRANSLATED.flatMap((field) => (fields[field] === undefined ? [] : [fields[field].at]));
  const short = (pointer: string): string => untilde(pointer.slice(pointer.lastIndexOf('/') + 1));
  return Object.fromEntries(
    TRANSLATED.flatMap((field) => {
      const at = fields[field]?.at;
      if (at === undefined) return [];
      const isShared = pointers.some((other) => other !== at && short(other) === short(at));
      return [[field, isShared || short(at) === '' || short(at) === PERSON_FIELD ? at || '/' : short(at)]];
    }),
  );
}

/** The value at a JSON Pointer of an answer; `undefined` where there is none. */
export function valueAt(document: unknown, pointer: string): unknown {
  return typeof document === 'object' && document !== null ? (jsonpointer.get(document, pointer) as unknown) : undefined;
}

/**
 * The text of a value that has the type it was declared with; absent where it is missing, null or empty.
 *
 * @throws AdapterError `LOCAL_ANSWER_INVALID` for another type: what it means was never agreed
 */
export function readTyped(value: unknown, type: MappedField['type'], pointer: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  const mayBeText = type === 'string' || type === 'string-or-integer';
  const mayBeWhole = type === 'integer' || type === 'string-or-integer';
  if (typeof value === 'string' && mayBeText) return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && mayBeWhole) return String(value);
  if (typeof value === 'boolean' && type === 'boolean') return String(value);
  throw new AdapterError('LOCAL_ANSWER_INVALID', `${pointer} of the local answer is not of the type ${type}`);
}

/** @throws AdapterError `LOCAL_ANSWER_INVALID` for another type, or where a value that must be there is not */
function readField(document: unknown, field: MappedField): string | undefined {
  const value = readTyped(valueAt(document, field.at), field.type, field.at);
  if (value === undefined && !field.optional) throw new AdapterError('LOCAL_ANSWER_INVALID', `the local answer has no ${field.at}`);
  return value;
}

/**
 * The fields that the mapping names, and nothing else of the answer.
 *
 * @param document untrusted
 * @param answeredAt seconds since the epoch
 * @throws AdapterError `LOCAL_ANSWER_INVALID`
 */
export function readFields(document: unknown, fields: Fields, answeredAt: number): LocalAnswer {
  const read = (field: MappedField | undefined): string | undefined => (field === undefined ? undefined : readField(document, field));
  const names = localNames(fields);
  const translated = TRANSLATED.flatMap((field) => {
    const value = read(fields[field]);
    return value === undefined ? [] : [[names[field] ?? field, value] as const];
  });
  const number = read(fields.identityNumber);
  const identity = number === undefined || number === '' ? undefined : findIdentityDocument(read(fields.identityType) ?? IDENTITY_CARD, number);
  const guidance = read(fields.guidance);
  const name = read(fields.maskedName);
  const idNumber = read(fields.maskedIdNumber);
  return {
    fields: Object.fromEntries(translated),
    ...(identity === undefined ? {} : { identity }),
    ...(guidance === undefined || guidance === '' ? {} : { guidance }),
    ...(name === undefined || name === '' ? {} : { maskedName: fields.maskedName?.mask === true ? maskName(name) : name }),
    ...(idNumber === undefined || idNumber === '' ? {} : { maskedIdNumber: fields.maskedIdNumber?.mask === true ? maskNumber(idNumber) : idNumber }),
    answeredAt,
  };
}
