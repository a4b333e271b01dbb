import { createSubjectReference, type IdentityDocument, type SubjectKey } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import type { LocalAnswer } from '../province-system.js';

/** The opaque reference of an identity document. The document itself goes no further. */
export type ResolveReference = (document: IdentityDocument) => Promise<string>;

/** References made with the key that all adapters share. */
export function createReferenceResolver(key: SubjectKey): ResolveReference {
  return (document) => createSubjectReference(document, key);
}

/**
 * The person an answer speaks of: as the local system resolved it, or as it was asked.
 *
 * @throws AdapterError `LOCAL_PERSON_UNRESOLVED` when neither says; `LOCAL_ANSWER_INVALID` when they differ
 */
export async function resolveSubject(answer: LocalAnswer, resolve: ResolveReference, asked?: IdentityDocument): Promise<string> {
  const document = answer.identity ?? asked;
  if (document === undefined) throw new AdapterError('LOCAL_PERSON_UNRESOLVED', 'the local system does not say whose status it states');
  // A local system that mixes up two people must not have one's status attested for the other.
  if (asked !== undefined && (document.type !== asked.type || document.number !== asked.number)) {
    throw new AdapterError('LOCAL_ANSWER_INVALID', 'the local system answered about another person');
  }
  return resolve(document);
}
