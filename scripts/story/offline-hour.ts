import { setTimeout as delay } from 'node:timers/promises';
import type { Gate } from './offline-gate.js';
import { StoryFailure } from './tell.js';
import { contextIn, inWords, isSame, outcomeOf, type Outcome } from './offline-verdict.js';
import type { ShownCode } from './offline-shown.js';

/** What a gate said of one code. */
export interface Answer {
  readonly shown: ShownCode;
  /** By the gate's clock. */
  readonly minute: number;
  readonly outcome: Outcome;
  readonly expected: Outcome;
  /** Whether it was decided without the hub. */
  readonly isOwn: boolean;
}

/** Whether it is what has to come. */
export const isRight = ({ outcome, expected, isOwn }: Answer): boolean => isOwn && isSame(outcome, expected);

/** Shows every code at a gate that stands alone, at one minute of the hour. @param settleMs for what the gate tries by itself in a real hour: to fetch, to report, to connect */
export async function showAll(gate: Gate, codes: readonly ShownCode[], province: string, minute: number, settleMs = 0): Promise<readonly Answer[]> {
  await gate.setClock(minute);
  await delay(settleMs);
  const answers: Answer[] = [];
  for (const shown of codes) {
    const now = Math.floor(Date.now() / 1000) + minute * 60;
    const { verdict, packageVersion } = await gate.checkpoint.verifyCode({ context: contextIn(province), code: Buffer.from(shown.code) });
    answers.push({ shown, minute, outcome: outcomeOf(verdict), expected: shown.expected(now), isOwn: packageVersion > 0 });
  }
  return answers;
}

/** One line each. */
export const answersInWords = (answers: readonly Answer[]): string =>
  answers.map((answer) => `${isRight(answer) ? '✓' : '✗'} ${answer.shown.title}: ${inWords(answer.outcome)}`).join('\n');

/** What of it is told of a minute: what came out otherwise than at the minute before. */
export function changesInWords(answers: readonly Answer[], before: readonly Answer[]): string {
  const other = answers.filter(({ outcome }, place) => !isSame(outcome, before[place]?.outcome ?? outcome));
  return other.length === 0 ? 'as before' : other.map(({ shown, outcome }) => `${shown.title} is now: ${inWords(outcome)}`).join('\n');
}

/** @throws StoryFailure naming each that is wrong */
export function requireRight(answers: readonly Answer[]): void {
  const wrong = answers.filter((answer) => !isRight(answer));
  if (wrong.length === 0) return;
  const lines = wrong.map(({ shown, minute, outcome, expected, isOwn }) => `minute ${String(minute)}, ${shown.title}: said ${inWords(outcome)}${isOwn ? '' : ' (by the hub)'}, and must say ${inWords(expected)}`);
  throw new StoryFailure(`${String(wrong.length)} verdicts are wrong:\n${lines.join('\n')}`);
}
