import type { v1 } from '@health-code/messages';
import type { CountryNode } from './nodes.js';
import { planPairs, type Pair } from './pair-plan.js';
import { differencesOf, rightAnswer, showCode, type Answer } from './show-code.js';

/** What one ordered pair answered. */
export interface PairOutcome extends Pair<CountryNode> {
  /** Absent where nobody answered. */
  readonly answer?: Answer;
  readonly expected: Answer;
  /** From scan to answer, in milliseconds. */
  readonly ms: number;
  /** What is wrong; '' when nothing is. */
  readonly problem: string;
}

/** Checkpoints that ask at once. */
const AT_ONCE = 8;

async function checkPair(checkpoint: Pick<v1.Checkpoint, 'verifyCode'>, pair: Pair<CountryNode>): Promise<PairOutcome> {
  const { from, to, colour } = pair;
  const expected = rightAnswer(colour, from.code);
  const [person] = from.people[colour];
  const nobody = { ...pair, expected, ms: 0 };
  if (person === undefined) return { ...nobody, problem: from.problem ?? `the local system of ${from.slug} has nobody whose status is ${from.wordOf(colour)}` };
  try {
    const { answer, ms } = await showCode(checkpoint, from, person, to);
    return { ...pair, answer, expected, ms, problem: differencesOf(answer, expected) };
  } catch (error) {
    return { ...nobody, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Checks one traveller for every ordered pair of provinces; tells each outcome as it comes. Never throws for a pair. */
export async function checkPairs(checkpoint: Pick<v1.Checkpoint, 'verifyCode'>, nodes: readonly CountryNode[], tell: (outcome: PairOutcome) => void): Promise<readonly PairOutcome[]> {
  const waiting = [...planPairs(nodes)].reverse();
  const outcomes: PairOutcome[] = [];
  const checkNext = async (): Promise<void> => {
    for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
      const outcome = await checkPair(checkpoint, pair);
      outcomes.push(outcome);
      tell(outcome);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, checkNext));
  return outcomes;
}
