import { AttestationError } from '@health-code/attestation';
import type { Statement } from '../attest/attest.js';
import { stateAnswer, type AnswerTerms } from '../attest/state-answer.js';
import { AdapterError } from '../errors.js';
import type { CursorMove, RefusedAnswer } from '../outbox/outbox.store.js';
import type { LocalAnswer } from '../province-system.js';

/** What one batch of answers came to. */
export interface Observation {
  readonly statements: readonly Statement[];
  readonly refused: readonly RefusedAnswer[];
  /** Answers that state no status: nothing follows from them. */
  readonly withoutStatus: number;
}

/** What it takes to observe the local system. */
export interface ObserveTerms extends AnswerTerms {
  /** Attests in one transaction with the rest. */
  readonly record: (statements: readonly Statement[], extras: { refused: readonly RefusedAnswer[]; cursor?: CursorMove }) => Promise<void>;
}

async function subjectOf(answer: LocalAnswer, terms: AnswerTerms): Promise<{ readonly subject?: string }> {
  try {
    return answer.identity === undefined ? {} : { subject: await terms.resolve(answer.identity) };
  } catch {
    return {};
  }
}

async function stateOrRefuse(answer: LocalAnswer, terms: AnswerTerms): Promise<Statement | RefusedAnswer | undefined> {
  try {
    const stated = await stateAnswer(answer, terms);
    return 'statement' in stated ? stated.statement : undefined;
  } catch (cause) {
    if (!(cause instanceof AdapterError || cause instanceof AttestationError)) throw cause;
    return { code: cause.code, ...(await subjectOf(answer, terms)) };
  }
}

/**
 * Changes of the local system into the outbox, in one transaction with the cursor. An answer nobody understands is kept as
 * refused, and does not hold up the people behind it.
 */
export async function observeAnswers(answers: readonly LocalAnswer[], terms: ObserveTerms, cursor?: CursorMove): Promise<Observation> {
  const statements: Statement[] = [];
  const refused: RefusedAnswer[] = [];
  for (const answer of answers) {
    const outcome = await stateOrRefuse(answer, terms);
    if (outcome === undefined) continue;
    if ('code' in outcome) refused.push(outcome);
    else statements.push(outcome);
  }
  if (statements.length + refused.length > 0 || cursor !== undefined) {
    await terms.record(statements, { refused, ...(cursor === undefined ? {} : { cursor }) });
  }
  return { statements, refused, withoutStatus: answers.length - statements.length - refused.length };
}
