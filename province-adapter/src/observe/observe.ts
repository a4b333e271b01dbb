import type { Statement } from '../attest/statement.js';
import { stateAnswer, type AnswerTerms } from '../attest/state-answer.js';
import type { ReadStatements } from '../attest/attestor.js';
import type { CursorMove, RefusedAnswer } from '../outbox/outbox-entry.js';
import type { LocalAnswer } from '../local-answer.js';

/** What one batch of answers came to. */
export interface Observation {
  /** Answers that state a status. */
  readonly stated: number;
  readonly refused: readonly RefusedAnswer[];
  /** Answers that state no status. */
  readonly withoutStatus: number;
}

/** What it takes to observe the local system. */
export interface ObserveTerms extends AnswerTerms {
  /** Where the outbox stands; taken before the local system is read. */
  readonly position: () => number;
  /** Attests in one transaction with the rest. @throws AdapterError LOCAL_SYSTEM_BUSY when it is to be read again */
  readonly record: (read: ReadStatements, extras: { refused: readonly RefusedAnswer[]; cursor?: CursorMove }) => Promise<void>;
}

/**
 * Changes of the local system into the outbox, in one transaction with the cursor. An answer nobody understands is kept as
 * refused, and does not hold up the people behind it. Who has no status any more, or one nobody understands, has what was
 * attested before withdrawn.
 *
 * @param readAt {@link ObserveTerms.position} before the answers were read
 */
export async function observeAnswers(answers: readonly LocalAnswer[], terms: ObserveTerms, readAt: number, cursor?: CursorMove): Promise<Observation> {
  const statements: Statement[] = [];
  const refused: RefusedAnswer[] = [];
  let stated = 0;
  for (const answer of answers) {
    const outcome = await stateAnswer(answer, terms);
    if ('statement' in outcome) {
      stated += 1;
      statements.push(outcome.statement);
      continue;
    }
    const { withdrawal } = outcome;
    if (withdrawal !== undefined) statements.push(withdrawal);
    if ('refusal' in outcome) refused.push({ code: outcome.refusal.code, ...(withdrawal === undefined ? {} : { subject: withdrawal.subject }) });
  }
  if (statements.length + refused.length > 0 || cursor !== undefined) {
    await terms.record({ statements, readAt }, { refused, ...(cursor === undefined ? {} : { cursor }) });
  }
  return { stated, refused, withoutStatus: answers.length - stated - refused.length };
}
