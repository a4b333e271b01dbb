import { KIND_TABLE, type AttestationKind, type AttestedValue, type IdentityDocument } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import { NO_SLOT } from '../lookup/slot-table.js';
import type { Checkpoint, ShownDocument } from './checkpoint-request.js';
import type { Standings } from './conversion.js';
import { outcomeOfFailedCall } from './province-refusal-outcome.js';
import { refused, type VerifiedCode } from './verified-code.js';
import { judgeAnswer, limitsOf, type AttestationJudge, type CallLimits, type UnverifiedAnswer } from './verify-local-code.js';

/** More than any time of issue, which is seconds in 32 bits. */
const TIER = 2 ** 40;

/** Asks a province about a person. */
export interface PersonCaller {
  attestPerson(province: string, document: IdentityDocument, kind: AttestationKind, context: v1.CheckpointContext.$Properties, limits?: CallLimits): Promise<UnverifiedAnswer>;
  resolveReference(province: string, document: IdentityDocument, limits?: CallLimits): Promise<string>;
}

/** The current statements about a subject; {@link AttestationIndex} satisfies it. */
export interface CurrentStatements {
  findSubject(subject: string, kind: AttestationKind): number;
  nextCurrent(slot: number): number;
  terms(slot: number): { readonly issuer: string; readonly kind: AttestationKind; readonly status: AttestedValue };
  sequence(slot: number): number;
  issuedAt(slot: number): number;
  since(slot: number): number;
}

/** Judges attestations, and says of known ones whether they may be relied on. */
export interface StandingJudge extends AttestationJudge {
  isStanding(slot: number, now: number): boolean;
}

/** Reads the text of a committed attestation. */
export interface TokenReader {
  readToken(issuer: string, sequence: number): Promise<string | undefined>;
}

/** An identity document of a person without a phone. The document itself is sent on encrypted, and kept nowhere. */
export class PersonVerifier {
  readonly #caller: PersonCaller;
  readonly #provinces: Standings;
  readonly #statements: CurrentStatements;
  readonly #tokens: TokenReader;
  readonly #judge: StandingJudge;

  constructor(caller: PersonCaller, provinces: Standings, statements: CurrentStatements, tokens: TokenReader, judge: StandingJudge) {
    this.#caller = caller;
    this.#provinces = provinces;
    this.#statements = statements;
    this.#tokens = tokens;
    this.#judge = judge;
  }

  /** The outcome for the person of a document: asked of the home province, or found through the opaque reference. */
  async verify({ document, homeProvince }: ShownDocument, checkpoint: Checkpoint, now: number): Promise<VerifiedCode> {
    const asked = homeProvince ?? checkpoint.province;
    if (homeProvince !== undefined && this.#provinces.findProvince(homeProvince)?.standing === 'suspended') {
      return { ...refused('issuer-suspended'), askedProvince: homeProvince };
    }
    if (homeProvince === undefined) {
      let reference: string;
      try {
        reference = await this.#caller.resolveReference(asked, document, limitsOf(checkpoint));
      } catch (error) {
        return outcomeOfFailedCall(asked, error);
      }
      return this.#verifyReference(reference, checkpoint, now);
    }
    let answer: UnverifiedAnswer;
    try {
      answer = await this.#caller.attestPerson(asked, document, checkpoint.kind, checkpoint.context, limitsOf(checkpoint));
    } catch (error) {
      return outcomeOfFailedCall(asked, error);
    }
    return judgeAnswer(asked, answer, checkpoint, this.#judge, now);
  }

  async #verifyReference(reference: string, checkpoint: Checkpoint, now: number): Promise<VerifiedCode> {
    const slot = this.#findBest(reference, checkpoint.kind, now);
    const token = slot === NO_SLOT ? undefined : await this.#tokens.readToken(this.#statements.terms(slot).issuer, this.#statements.sequence(slot));
    if (token === undefined) return { ...refused('no-status', 'SUBJECT_UNKNOWN'), availability: 'no-such-person' };
    const outcome = await this.#judge.verify(Buffer.from(token), checkpoint.checkpointClass, now);
    return { ...outcome, availability: outcome.availability ?? 'available', token };
  }

  /**
   * What may be relied on before what may not, a statement before a withdrawal, then the latest: of a status by its issue,
   * of a test by its sample. Where two provinces differ in a status the verdict says conflict.
   */
  #findBest(reference: string, kind: AttestationKind, now: number): number {
    const head = this.#statements.findSubject(reference, kind);
    if (head === NO_SLOT) return NO_SLOT;
    let best = head;
    for (let slot = this.#statements.nextCurrent(head); slot !== head; slot = this.#statements.nextCurrent(slot)) {
      if (this.#rank(slot, now) > this.#rank(best, now)) best = slot;
    }
    return best;
  }

  #rank(slot: number, now: number): number {
    const { kind, status } = this.#statements.terms(slot);
    const tier = this.#judge.isStanding(slot, now) ? (status === 'none' ? 1 : 2) : 0;
    const isBySample = KIND_TABLE[kind].policy.gradedFrom === 'since' && status !== 'none';
    return (isBySample ? this.#statements.since(slot) : this.#statements.issuedAt(slot)) + tier * TIER;
  }
}
