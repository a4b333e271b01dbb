import { AttestationError, createSubjectReference, isSubjectReference, type IdentityDocument, type SubjectKey } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import type { LocalAnswer } from '../local-answer.js';

/** The opaque reference of an identity document. The document itself goes no further. */
export type ResolveReference = (document: IdentityDocument) => Promise<string>;

/** References made with the key that all adapters share. */
export function createReferenceResolver(key: SubjectKey): ResolveReference {
  return (document) => createSubjectReference(document, key);
}

/** Whether the local system knows the person of an answer by opaque reference alone. */
export const isKnownByReference = ({ identity, subjectReference }: LocalAnswer, asked?: IdentityDocument): boolean =>
  identity === undefined && asked === undefined && subjectReference !== undefined;

/**
 * The person an answer speaks of: as the local system resolved it, as it was asked, or by the reference it keeps.
 *
 * @throws AdapterError `LOCAL_PERSON_UNRESOLVED` when none says, caused by why the document that the local system names is none; `LOCAL_ANSWER_INVALID` when they differ
 */
export async function resolveSubject(answer: LocalAnswer, resolve: ResolveReference, asked?: IdentityDocument): Promise<string> {
  const { subjectReference } = answer;
  if (subjectReference !== undefined && !isSubjectReference(subjectReference)) {
    throw new AdapterError('LOCAL_ANSWER_INVALID', 'the local system names a person by what is no reference');
  }
  const document = answer.identity ?? asked;
  if (document === undefined) {
    if (subjectReference !== undefined) return subjectReference;
    throw unresolved(answer);
  }
  // A local system that mixes up two people must not have one's status attested for the other.
  if (asked !== undefined && (document.type !== asked.type || document.number !== asked.number)) throw aboutAnother();
  const resolved = await resolve(document);
  if (subjectReference !== undefined && subjectReference !== resolved) throw aboutAnother();
  return resolved;
}

function unresolved({ identityProblem }: LocalAnswer): AdapterError {
  if (identityProblem === undefined) return new AdapterError('LOCAL_PERSON_UNRESOLVED', 'the local system does not say whose status it states');
  const cause = new AttestationError(identityProblem, 'the local system names a document that cannot be');
  return new AdapterError('LOCAL_PERSON_UNRESOLVED', 'the local system names the person by a document that cannot be', { cause });
}

const aboutAnother = (): AdapterError => new AdapterError('LOCAL_ANSWER_INVALID', 'the local system answered about another person');
