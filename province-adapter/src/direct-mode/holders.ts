import type { Statement } from './national-code.js';
import type { NationalCodeContext } from './national-code-route.js';
import { statementOf, statementOfConversion } from './statement.js';

/** Somebody who can hold a code, and what is stated about them now. */
export interface Holder {
  /** Key of a person, or of somebody known by reference alone. */
  readonly key: string;
  readonly statement: Statement;
}

/** Begins no key of a person: those begin with a type of document. */
const BY_REFERENCE = 'reference:';

/** Finds holders of codes. */
export interface Holders {
  findByKey(key: string): Promise<Holder | undefined>;
  /** Who declared here, by the reference the declaration left. */
  findDeclared(subjectReference: string): Promise<Holder | undefined>;
  /** The same, or somebody whose code was converted: what the province itself states goes first while it stands. */
  findByReference(subjectReference: string): Promise<Holder | undefined>;
}

/** Holders in one province's national code. */
export function createHolders({ store, province, now }: NationalCodeContext): Holders {
  const findPerson = async (key: string): Promise<Holder | undefined> => {
    const person = await store.people.find(key);
    return person === undefined ? undefined : { key, statement: statementOf(person, province, now()) };
  };
  const findConverted = async (subjectReference: string): Promise<Holder | undefined> => {
    const conversion = await store.conversions.find(subjectReference);
    return conversion === undefined ? undefined : { key: BY_REFERENCE + subjectReference, statement: statementOfConversion(conversion, now()) };
  };
  const findDeclared = async (subjectReference: string): Promise<Holder | undefined> => {
    const reference = await store.references.find(subjectReference);
    return reference === undefined ? undefined : findPerson(reference.person);
  };
  const findByReference = async (subjectReference: string): Promise<Holder | undefined> => {
    const declared = await findDeclared(subjectReference);
    if (declared?.statement.availability === 'available') return declared;
    const converted = await findConverted(subjectReference);
    return converted?.statement.availability === 'available' ? converted : (declared ?? converted);
  };
  return {
    // A code made of a conversion speaks for the declaration that came after it.
    findByKey: (key) => (key.startsWith(BY_REFERENCE) ? findByReference(key.slice(BY_REFERENCE.length)) : findPerson(key)),
    findDeclared,
    findByReference,
  };
}
