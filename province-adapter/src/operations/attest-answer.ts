import type { IdentityDocument } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import type { Statement } from '../attest/statement.js';
import type { AttestedStatement } from '../attest/attestor.js';
import { stateAnswer, type AnswerTerms, type StatedAnswer } from '../attest/state-answer.js';
import { AdapterError } from '../errors.js';
import type { LocalAnswer } from '../local-answer.js';
import type { LocalKind } from '../province-system.js';

/** How often the local system is asked at most while statuses change under the question. */
const MAX_READS = 3;

/** What it takes to attest an answer on demand. */
export interface AttestAnswerTerms extends AnswerTerms {
  /** Where the outbox stands; taken before the local system is asked. */
  readonly position: () => number;
  /** @throws AdapterError LOCAL_SYSTEM_BUSY when something else was attested about the person since `askedAt` */
  readonly attest: (statement: Statement, askedAt: number) => Promise<AttestedStatement>;
  /** Takes back what stands. @throws AdapterError LOCAL_SYSTEM_BUSY as above */
  readonly withdraw: (withdrawal: Statement, askedAt: number) => Promise<void>;
}

/**
 * What an answer states about a person; undefined when it states no status, and an earlier one has been withdrawn.
 *
 * @throws the refusal of an answer that cannot be stated, after withdrawing too
 */
export async function settleAnswer(stated: StatedAnswer, askedAt: number, terms: AttestAnswerTerms): Promise<Statement | undefined> {
  if ('statement' in stated) return stated.statement;
  if (stated.withdrawal !== undefined) await terms.withdraw(stated.withdrawal, askedAt);
  if ('refusal' in stated) throw stated.refusal;
  return undefined;
}

/** What the local system said, and what the hub gets of it. */
export interface AttestedAnswer {
  readonly answer: LocalAnswer;
  readonly reply: v1.IAttestedReply;
}

/** What the local system is asked about. */
export interface Question {
  readonly read: () => Promise<LocalAnswer>;
  /** The document it is asked with. */
  readonly asked?: IdentityDocument;
  /** `health-status` when absent. */
  readonly kind?: LocalKind;
}

async function attestOnce(answer: LocalAnswer, askedAt: number, terms: AttestAnswerTerms, { asked, kind }: Question): Promise<v1.IAttestedReply | 'outdated'> {
  const stated = await stateAnswer(answer, terms, asked, kind);
  const bizExtData = answer.bizExtData ?? '';
  try {
    const statement = await settleAnswer(stated, askedAt, terms);
    const attestation = statement === undefined ? '' : (await terms.attest(statement, askedAt)).token;
    return { attestation, availability: 'availability' in stated ? stated.availability : 'unavailable', bizExtData };
  } catch (cause) {
    if (cause instanceof AdapterError && cause.code === 'LOCAL_SYSTEM_BUSY') return 'outdated';
    throw cause;
  }
}

/** A code that can be scanned once was spent by the reading before: it did not run out, it cannot be read a second time. */
function rereadFailure(cause: unknown): unknown {
  const isSpent = cause instanceof AdapterError && (cause.code === 'LOCAL_CODE_SPENT' || cause.code === 'LOCAL_CODE_EXPIRED');
  return isSpent ? new AdapterError('LOCAL_SYSTEM_BUSY', 'the status changed while it was asked for, and the code cannot be read again', { cause }) : cause;
}

/**
 * Asks the local system and attests what it says, or says why there is nothing to attest. Asked again when the person's
 * status changed in between.
 *
 * @throws AdapterError LOCAL_SYSTEM_BUSY when it changes faster than it can be asked for, or changed while a code was read that can
 * be read once
 */
export async function attestAnswer(question: Question, terms: AttestAnswerTerms): Promise<AttestedAnswer> {
  for (let reads = 0; reads < MAX_READS; reads++) {
    const askedAt = terms.position();
    let answer;
    try {
      answer = await question.read();
    } catch (cause) {
      throw reads === 0 ? cause : rereadFailure(cause);
    }
    const reply = await attestOnce(answer, askedAt, terms, question);
    if (reply !== 'outdated') return { answer, reply };
  }
  throw new AdapterError('LOCAL_SYSTEM_BUSY', 'the status changes faster than it can be asked for');
}
