import { AttestationError, isCompactCode } from '@health-code/attestation';
import { CODE_MAX_BYTES, type Checkpoint, type ShownDocument } from './checkpoint-request.js';
import { restrict, type RegionalPolicies } from './regional-policy.js';
import { presentationOf } from './shown-presentation.js';
import { refused, type VerifiedCode } from './verified-code.js';
import type { AttestationJudge } from './verify-local-code.js';

/** Verifies a province's own code. */
export interface LocalCodes {
  verify(code: Uint8Array, checkpoint: Checkpoint, now: number): Promise<VerifiedCode>;
}

/** Verifies the person of an identity document. */
export interface People {
  verify(shown: ShownDocument, checkpoint: Checkpoint, now: number): Promise<VerifiedCode>;
}

/**
 * Whether a scanned text is meant as an attestation: it begins with "eyJ", the base64url of `{"`, as every compact JWS
 * with a JSON header does. Nothing is trimmed. Whatever follows is for the strict parser: a truncated attestation is told
 * apart from an unknown local code, and a local code is never taken for one, since no recogniser may claim this prefix (registration.ts).
 */
export const looksAttested = (code: Uint8Array): boolean => code[0] === 0x65 && code[1] === 0x79 && code[2] === 0x4a;

/** 健康码验码, GB/T 38963-2020 6.7: the three things a checkpoint meets, one kind of outcome, under the rules of the place it stands in. */
export class CodeVerifier {
  readonly #attested: AttestationJudge;
  readonly #localCodes: LocalCodes;
  readonly #people: People;
  readonly #policies: RegionalPolicies;

  constructor(attested: AttestationJudge, localCodes: LocalCodes, people: People, policies: RegionalPolicies) {
    this.#attested = attested;
    this.#localCodes = localCodes;
    this.#people = people;
    this.#policies = policies;
  }

  /** What was scanned; at once where the ledger holds it. `now` in seconds since the epoch. */
  verifyCode(code: Uint8Array, checkpoint: Checkpoint, now: number): VerifiedCode | Promise<VerifiedCode> {
    if (code.length === 0) return refused('unknown-code', 'CODE_MISSING');
    if (code.length > CODE_MAX_BYTES) return refused('unknown-code', 'CODE_TOO_LARGE');
    const outcome = looksAttested(code) ? this.#attested.verify(code, checkpoint.checkpointClass, now) : this.#verifyOther(code, checkpoint, now);
    return outcome instanceof Promise ? outcome.then((settled) => restrict(settled, this.#policies, checkpoint.province, now)) : restrict(outcome, this.#policies, checkpoint.province, now);
  }

  /** 压缩码 stands for an attestation, and is judged as one; whatever else is scanned is a local code. */
  #verifyOther(code: Uint8Array, checkpoint: Checkpoint, now: number): VerifiedCode | Promise<VerifiedCode> {
    if (!isCompactCode(code)) return this.#localCodes.verify(code, checkpoint, now);
    let presentation: Uint8Array;
    try {
      presentation = presentationOf(code);
    } catch (error) {
      if (error instanceof AttestationError) return refused('signature-invalid', error.code);
      throw error;
    }
    return this.#attested.verify(presentation, checkpoint.checkpointClass, now);
  }

  /** A person without a phone. */
  async verifyPerson(shown: ShownDocument, checkpoint: Checkpoint, now: number): Promise<VerifiedCode> {
    return restrict(await this.#people.verify(shown, checkpoint, now), this.#policies, checkpoint.province, now);
  }
}
