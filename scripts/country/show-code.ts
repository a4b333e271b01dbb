import { v1 } from '@health-code/messages';
import type { LocalPerson } from '../clients/stand-in.js';
import { adviceName, recognitionName, statusName, testResultName } from '../verify/verdict-words.js';
import type { Colour, CountryNode } from './nodes.js';

/** What a checkpoint is told, by short names. */
export interface Answer {
  readonly status: string;
  readonly recognition: string;
  readonly advice: string;
  /** '' where nothing was refused. */
  readonly errorCode: string;
  /** GB/T 2260 code of the province that states it, '' where none does. */
  readonly issuer: string;
}

/** An answer and the time from scan to answer, in milliseconds. */
export interface TimedAnswer {
  readonly answer: Answer;
  readonly ms: number;
}

/** A general place of a province. */
export const checkpointIn = (province: string): v1.ICheckpointContext => ({
  province,
  checkpointClass: v1.CheckpointClass.CHECKPOINT_CLASS_GENERAL,
  purpose: v1.Purpose.PURPOSE_TRAVEL,
  organisation: '示例卡口',
  position: '1号口',
});

/** What a verdict comes to. */
export const answerOf = (verdict: v1.IVerdict | null | undefined): Answer => ({
  status: statusName(verdict?.status),
  recognition: recognitionName(verdict?.recognition),
  advice: adviceName(verdict?.advice),
  errorCode: verdict?.errorCode ?? '',
  issuer: verdict?.issuer ?? '',
});

/** What a checkpoint is told of somebody's nucleic-acid test. */
export interface TestAnswer {
  /** The result by its short name where one is recognised, else why none is. */
  readonly outcome: string;
  readonly advice: string;
}

/** Asks at a checkpoint in `to` for the nucleic-acid test of a person of `from`, who shows a fresh local code. @throws as {@link showCode} */
export async function askForTest(checkpoint: Pick<v1.Checkpoint, 'verifyCode'>, from: CountryNode, person: LocalPerson, to: { readonly code: string }): Promise<TestAnswer> {
  const code = Buffer.from(await from.standIn.showCode(person));
  const { verdict } = await checkpoint.verifyCode({ context: checkpointIn(to.code), code, kind: v1.AttestationKind.ATTESTATION_KIND_NUCLEIC_ACID_TEST });
  const { recognition, errorCode, advice } = answerOf(verdict);
  return { outcome: recognition === 'recognised' ? testResultName(verdict?.test?.result) : errorCode || recognition, advice };
}

/** Shows a fresh local code of a person of `from` at a checkpoint in `to`. @throws when the local system issues none or the hub does not answer */
export async function showCode(checkpoint: Pick<v1.Checkpoint, 'verifyCode'>, from: CountryNode, person: LocalPerson, to: { readonly code: string }): Promise<TimedAnswer> {
  const code = Buffer.from(await from.standIn.showCode(person));
  const begun = performance.now();
  const { verdict } = await checkpoint.verifyCode({ context: checkpointIn(to.code), code });
  return { answer: answerOf(verdict), ms: performance.now() - begun };
}

/** The right answer about somebody of this colour, by the published tables: only a green is allowed through. */
export const rightAnswer = (colour: Colour, issuer: string): Answer => ({
  status: colour,
  recognition: 'recognised',
  advice: colour === 'green' ? 'allow' : 'local-procedure',
  errorCode: '',
  issuer,
});

/** What is not as it must be, in one line; '' when all is. */
export function differencesOf(answer: Answer, right: Answer): string {
  const keys = Object.keys(right) as (keyof Answer)[];
  return keys.filter((key) => answer[key] !== right[key]).map((key) => `${key} is ${answer[key] || 'empty'} instead of ${right[key] || 'empty'}`).join(', ');
}
