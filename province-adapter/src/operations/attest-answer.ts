import type { IdentityDocument } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import type { AttestedStatement } from '../attest/attestor.js';
import { stateAnswer, type AnswerTerms } from '../attest/state-answer.js';
import type { Statement } from '../attest/attest.js';
import type { LocalAnswer } from '../province-system.js';

/** What it takes to attest an answer on demand. */
export interface AttestAnswerTerms extends AnswerTerms {
  readonly attest: (statement: Statement) => Promise<AttestedStatement>;
}

/** An answer of the local system into what the hub gets of it: an attestation, or why there is none. */
export async function attestAnswer(answer: LocalAnswer, terms: AttestAnswerTerms, asked?: IdentityDocument): Promise<v1.IAttestedReply> {
  const stated = await stateAnswer(answer, terms, asked);
  const { availability } = stated;
  const bizExtData = answer.bizExtData ?? '';
  if (!('statement' in stated)) return { attestation: '', availability, bizExtData };
  return { attestation: (await terms.attest(stated.statement)).token, availability, bizExtData };
}
