import jsonpointer from 'jsonpointer';
import { AdapterError } from '../errors.js';
import { identityOf } from '../local-format/identity.js';
import { isMaskedName, isMaskedNumber } from '../local-format/masked.js';
import { PERSON_FIELD } from '../local-format/translation-table.js';
import type { LocalAnswer } from '../local-answer.js';
import { maskName, maskNumber } from '../stand-in/synthetic-people.js';
import type { IdentityTypes, MappedField, MappedTests, Mapping } from './mapping-schema.js';

type Fields = Mapping['fields'];

/** Names that stand for something of ours in an answer. */
const RESERVED: ReadonlySet<string> = new Set([PERSON_FIELD, 'test', 'unreadable']);

const untilde = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** 身份证. */
const IDENTITY_CARD = '01';

/** What the mapping calls a field → what the local system calls it. */
export type LocalNames = Readonly<Record<string, string>>;

/**
 * What the local system calls each field: the last part of its pointer, or the whole of it where two fields would have one name.
 */
export function nameFields(fields: Readonly<Record<string, Pick<MappedField, 'at'> | undefined>>): LocalNames {
  const pointers = Object.values(fields).flatMap((field) => (field === undefined ? [] : [field.at]));
  const short = (pointer: string): string => untilde(pointer.slice(pointer.lastIndexOf('/') + 1));
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, mapped]) => {
      if (mapped === undefined) return [];
      const { at } = mapped;
      const isShared = pointers.some((other) => other !== at && short(other) === short(at));
      return [[field, isShared || short(at) === '' || RESERVED.has(short(at)) ? at || '/' : short(at)]];
    }),
  );
}

/** The local names of what the translation of a status reads. */
export function statusNames({ reason, since, status, validUntil }: Fields): LocalNames {
  return nameFields({ status, reason, since, validUntil });
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

/** Fields under their local names; what is missing and may be is left out. */
function readNamed(document: unknown, fields: Readonly<Record<string, MappedField | undefined>>): Readonly<Record<string, string>> {
  const names = nameFields(fields);
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, mapped]) => {
      const value = mapped === undefined ? undefined : readField(document, mapped);
      return value === undefined ? [] : [[names[field] ?? field, value]];
    }),
  );
}

/** Whose an answer is; nobody where it says so by no type and number that a person can be referred to by. @throws AdapterError `LOCAL_ANSWER_INVALID` */
export function readIdentity(document: unknown, { identityNumber, identityType }: Pick<Fields, 'identityNumber' | 'identityType'>, types: IdentityTypes): Pick<LocalAnswer, 'identity' | 'identityProblem'> {
  const number = identityNumber === undefined ? '' : (readField(document, identityNumber) ?? '');
  const stated = identityType === undefined ? undefined : readField(document, identityType);
  const listed = stated !== undefined && Object.hasOwn(types, stated) ? types[stated] : undefined;
  // A word that the table does not list is no type of document.
  return number === '' ? {} : identityOf(stated === undefined ? IDENTITY_CARD : (listed ?? ''), number);
}

/** Longer than the words of a reason are, in characters. Ours. */
const LONGEST_REASON = 200;

/** The beginning of an identity number, a telephone number or a serial. */
const LONG_NUMBER = /\p{Nd}{6}/u;

/** Whether the words of a reason may reach the person as they are: free text may hold anything, and a case report is none. */
const isPlainReason = (words: string): boolean => words.length <= LONGEST_REASON && !LONG_NUMBER.test(words);

type MaskedField = NonNullable<Fields['maskedName']>;

/** A text as it may go on: what the mapping took for masked, and is not, goes no further. */
function readMasked(document: unknown, field: MaskedField | undefined, mask: (text: string) => string, isMasked: (text: string) => boolean): string | undefined {
  const text = field === undefined ? '' : (readField(document, field) ?? '');
  const shown = field?.mask === true ? mask(text) : text;
  return isMasked(shown) ? shown : undefined;
}

/**
 * The fields that the mapping names, and nothing else of the answer.
 *
 * @param document untrusted
 * @param answeredAt seconds since the epoch
 * @throws AdapterError `LOCAL_ANSWER_INVALID`
 */
export function readFields(document: unknown, { fields, identityTypes }: Pick<Mapping, 'fields' | 'identityTypes'>, answeredAt: number): LocalAnswer {
  const { reason, since, status, validUntil } = fields;
  const read = (field: MappedField | undefined): string => (field === undefined ? '' : (readField(document, field) ?? ''));
  const words = read(reason);
  const guidance = [isPlainReason(words) ? words : '', read(fields.guidance)].filter((text) => text !== '').join('。');
  const maskedName = readMasked(document, fields.maskedName, maskName, isMaskedName);
  const maskedIdNumber = readMasked(document, fields.maskedIdNumber, maskNumber, isMaskedNumber);
  return {
    fields: readNamed(document, { status, reason, since, validUntil }),
    ...readIdentity(document, fields, identityTypes),
    ...(guidance === '' ? {} : { guidance }),
    ...(maskedName === undefined ? {} : { maskedName }),
    ...(maskedIdNumber === undefined ? {} : { maskedIdNumber }),
    answeredAt,
  };
}

/** The same for a test result. @throws AdapterError `LOCAL_ANSWER_INVALID` */
export function readTestFields(document: unknown, { fields, identityTypes }: Pick<MappedTests, 'fields'> & Pick<Mapping, 'identityTypes'>, answeredAt: number): LocalAnswer {
  const { method, reportedAt, result, sampledAt } = fields;
  return { fields: readNamed(document, { result, sampledAt, reportedAt, method }), ...readIdentity(document, fields, identityTypes), answeredAt };
}
