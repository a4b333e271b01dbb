import { AttestationError, parseIdentityDocument, type IdentityDocument } from '@health-code/attestation';
import type { LocalAnswer } from '../province-system.js';

/**
 * The document as people are referred to across provinces; absent for kinds of document that nobody is referred to by, and for
 * numbers that cannot be. The local system's answer about such a person stands, and is not attested.
 */
export function findIdentityDocument(type: string, number: string): IdentityDocument | undefined {
  try {
    return parseIdentityDocument(type, number);
  } catch (cause) {
    if (cause instanceof AttestationError) return undefined;
    throw cause;
  }
}

/** The same as members of an answer: the document, or why what the local system names is none; never what it named. */
export function identityOf(type: string, number: string): Pick<LocalAnswer, 'identity' | 'identityProblem'> {
  try {
    return { identity: parseIdentityDocument(type, number) };
  } catch (cause) {
    if (cause instanceof AttestationError) return { identityProblem: cause.code };
    throw cause;
  }
}
