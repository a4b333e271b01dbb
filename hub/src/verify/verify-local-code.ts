import type { AttestationKind, Availability, ProvinceCode } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import type { Checkpoint } from './checkpoint-request.js';
import { outcomeOfFailedCall, withoutStatus } from './province-refusal-outcome.js';
import { refused, type VerifiedCode } from './verified-code.js';

/** Until when an answer is wanted. */
export interface CallLimits {
  /** Milliseconds since the epoch. */
  readonly deadline?: number;
}

/** A province's answer as it came; nothing in it is verified. */
export interface UnverifiedAnswer {
  readonly token?: string;
  readonly availability: Availability;
  readonly bizExtData?: string;
}

/** Judges an attestation's text. */
export interface AttestationJudge {
  verify(code: Uint8Array, checkpointClass: Checkpoint['checkpointClass'], now: number): VerifiedCode | Promise<VerifiedCode>;
}

/** The province whose code a scanned text is. */
interface CodeOwner {
  readonly code: ProvinceCode;
  readonly standing: 'admitted' | 'suspended' | 'left';
}

/** Says whose code a scanned text is. */
export type RecogniseCode = (code: Uint8Array) =>
  | { readonly owner: CodeOwner; readonly isCanary?: boolean }
  | { readonly refusal: string };

/** Asks a province about one of its own codes. */
export interface LocalCodeCaller {
  attestCode(province: string, code: Uint8Array, kind: AttestationKind, context: v1.CheckpointContext.$Properties, limits?: CallLimits): Promise<UnverifiedAnswer>;
}

/** The bounds of a call made for `checkpoint`. */
export const limitsOf = ({ deadline }: Checkpoint): CallLimits => (deadline === undefined ? {} : { deadline });

/** A province's own code: its province attests it, and the attestation is judged like any other. */
export class LocalCodeVerifier {
  readonly #recognise: RecogniseCode;
  readonly #caller: LocalCodeCaller;
  readonly #judge: AttestationJudge;

  constructor(recognise: RecogniseCode, caller: LocalCodeCaller, judge: AttestationJudge) {
    this.#recognise = recognise;
    this.#caller = caller;
    this.#judge = judge;
  }

  /** The outcome for a scanned text that is no attestation. `now` in seconds since the epoch. */
  async verify(code: Uint8Array, checkpoint: Checkpoint, now: number): Promise<VerifiedCode> {
    const recognised = this.#recognise(code);
    if ('refusal' in recognised) return refused('unknown-code', recognised.refusal);
    if (recognised.isCanary !== true) return this.#verifyOf(recognised.owner, code, checkpoint, now);
    // Whatever was asked for: a canary's code is about nobody, and no statement about a person can answer it.
    return { ...(await this.#verifyOf(recognised.owner, code, { ...checkpoint, kind: 'canary' }, now)), isCanary: true };
  }

  async #verifyOf({ code: province, standing }: CodeOwner, code: Uint8Array, checkpoint: Checkpoint, now: number): Promise<VerifiedCode> {
    // A suspended province is not asked: its answer could not be relied on, and the code stays with the person.
    if (standing === 'suspended') return { ...refused('issuer-suspended'), askedProvince: province };
    let answer: UnverifiedAnswer;
    try {
      answer = await this.#caller.attestCode(province, code, checkpoint.kind, checkpoint.context, limitsOf(checkpoint));
    } catch (error) {
      return outcomeOfFailedCall(province, error);
    }
    return judgeAnswer(province, answer, checkpoint, this.#judge, now);
  }
}

/**
 * Judges what `province` answered. A province can speak only for itself: an attestation of another issuer is refused. An
 * attestation of another kind than was asked for is no answer: a good test must not be read where a colour was wanted.
 */
export async function judgeAnswer(
  province: string,
  answer: UnverifiedAnswer,
  checkpoint: Checkpoint,
  judge: AttestationJudge,
  now: number,
): Promise<VerifiedCode> {
  const { token, availability, bizExtData } = answer;
  if (availability !== 'available') return withoutStatus(province, availability);
  if (token === undefined) return { ...refused('issuer-unreachable', 'ADAPTER_ANSWER_INVALID'), askedProvince: province };
  const outcome = await judge.verify(Buffer.from(token), checkpoint.checkpointClass, now);
  if (outcome.attestation !== undefined && outcome.attestation.issuer !== province) {
    return { ...refused('signature-invalid', 'ATTESTATION_ISSUER_MISMATCH'), askedProvince: province };
  }
  if (outcome.attestation !== undefined && outcome.attestation.kind !== checkpoint.kind) {
    return { ...refused('no-status', 'ATTESTATION_KIND_MISMATCH'), askedProvince: province };
  }
  // What does not verify is not handed on as if it were the province's attestation.
  if (outcome.attestation === undefined) return { ...outcome, askedProvince: province };
  return { ...outcome, askedProvince: province, availability: outcome.availability ?? availability, token, ...(bizExtData === undefined ? {} : { bizExtData }) };
}
