import { AttestationError, parseIdentityDocument, type IdentityDocument } from '@health-code/attestation';
import type { LocalAnswer } from '../local-answer.js';

/**
 * The document as people are referred to across provinces, as members of an answer; for kinds of document that nobody is referred
 * to by, and for numbers that cannot be, why it is none, and never what was named. The local system's answer about such a person
 * stands, and is not attested.
 */
export function identityOf(type: string, number: string): Pick<LocalAnswer, 'identity' | 'identityProblem'> {
  try {
    return { identity: parseIdentityDocument(type, number) };
  } catch (cause) {
    if (cause instanceof AttestationError) return { identityProblem: cause.code };
    throw cause;
  }
}

/** The document alone. */
export const findIdentityDocument = (type: string, number: string): IdentityDocument | undefined => identityOf(type, number).identity;
