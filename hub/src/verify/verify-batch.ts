import { applyPolicy, isRestrictable, KNOWN_REFUSAL_CODES, type CheckpointClass, type Verdict } from '@health-code/attestation';
import { ADVICE_MESSAGE, FRESHNESS_MESSAGE, RECOGNITION_MESSAGE, STATUS_MESSAGE, type v1 } from '@health-code/messages';
import { NO_SLOT } from '../lookup/slot-table.js';
import type { Terms } from '../lookup/terms.js';
import type { Checkpoint } from './checkpoint-request.js';
import { findRule, type RegionalPolicies } from './regional-policy.js';
import type { VerificationCounter } from './verification-counter.js';
import { isAboutPerson, type VerifiedCode } from './verified-code.js';
import { looksAttested } from './verify-code.js';

/** Codes of one batch that are not known and are verified at the same time: signatures and calls to provinces. */
export const BATCH_CONCURRENCY = 32;

/** Judges attestations that the ledger holds. */
export interface KnownJudge {
  findKnown(code: Uint8Array): number;
  judge(slot: number, checkpointClass: CheckpointClass, now: number): Verdict;
  reasonOf(slot: number): string;
  isAboutPerson(slot: number): boolean;
  /** Whose statement a slot is, and whose its source. */
  madeBy(slot: number): Pick<Terms, 'issuer' | 'sourceIssuer'>;
}

/** Verifies anything that was scanned. */
export interface AnyCode {
  verifyCode(code: Uint8Array, checkpoint: Checkpoint, now: number): VerifiedCode | Promise<VerifiedCode>;
}

/** The columns of a batch. */
export type BatchAnswer = v1.VerifyBatchResponse.$Properties;

/** The answer of a batch while it is being filled: columns of equal length, in the order of the request. */
class VerdictColumns {
  readonly statuses: v1.HealthStatus[];
  readonly recognitions: v1.Recognition[];
  readonly freshnesses: v1.Freshness[];
  readonly advices: v1.Advice[];
  readonly reasons: number[];
  readonly reasonCodes: string[] = [];
  readonly #reasonOrdinals = new Map<string, number>();

  constructor(length: number) {
    this.statuses = new Array<v1.HealthStatus>(length).fill(0);
    this.recognitions = new Array<v1.Recognition>(length).fill(0);
    this.freshnesses = new Array<v1.Freshness>(length).fill(0);
    this.advices = new Array<v1.Advice>(length).fill(0);
    this.reasons = new Array<number>(length).fill(0);
  }

  set(position: number, verdict: Verdict, reason: string): void {
    this.statuses[position] = STATUS_MESSAGE[verdict.status];
    this.recognitions[position] = RECOGNITION_MESSAGE[verdict.recognition];
    this.freshnesses[position] = FRESHNESS_MESSAGE[verdict.freshness];
    this.advices[position] = ADVICE_MESSAGE[verdict.advice];
    this.reasons[position] = this.#ordinalOf(reason);
  }

  #ordinalOf(reason: string): number {
    const known = this.#reasonOrdinals.get(reason);
    if (known !== undefined) return known;
    const ordinal = this.reasonCodes.push(reason) - 1;
    this.#reasonOrdinals.set(reason, ordinal);
    return ordinal;
  }
}

const reasonOf = ({ verdict, errorCode, attestation }: VerifiedCode): string =>
  verdict.recognition === 'recognised' ? (attestation?.reason ?? '') : errorCode;

/**
 * Verifies many codes. Known attestations, the usual case, are judged in one loop without a promise, and a batch of
 * nothing else is answered in the same turn; the others are verified a few at a time.
 */
export class BatchVerifier {
  readonly #known: KnownJudge;
  readonly #codes: AnyCode;
  readonly #policies: RegionalPolicies;
  readonly #counter: Pick<VerificationCounter, 'record'>;

  constructor(known: KnownJudge, codes: AnyCode, policies: RegionalPolicies, counter: Pick<VerificationCounter, 'record'>) {
    this.#known = known;
    this.#codes = codes;
    this.#policies = policies;
    this.#counter = counter;
  }

  /** The columns for `codes`. `now` in seconds since the epoch holds for all of them. */
  verify(codes: readonly Uint8Array[], checkpoint: Checkpoint, now: number): BatchAnswer | Promise<BatchAnswer> {
    const { checkpointClass, purpose } = checkpoint;
    const columns = new VerdictColumns(codes.length);
    const unknown: number[] = [];
    codes.forEach((code, position) => {
      const slot = looksAttested(code) ? this.#known.findKnown(code) : NO_SLOT;
      if (slot === NO_SLOT) {
        unknown.push(position);
        return;
      }
      const verdict = this.#restrict(slot, this.#known.judge(slot, checkpointClass, now), checkpoint.province, now);
      const isRecognised = verdict.recognition === 'recognised';
      columns.set(position, verdict, isRecognised ? this.#known.reasonOf(slot) : KNOWN_REFUSAL_CODES[verdict.recognition]);
      if (this.#known.isAboutPerson(slot)) this.#counter.record(purpose, verdict.recognition);
    });
    return unknown.length === 0 ? columns : this.#verifyUnknown(unknown, codes, columns, checkpoint, now);
  }

  /** As {@link restrict} does with an outcome. */
  #restrict(slot: number, verdict: Verdict, receiver: string, now: number): Verdict {
    if (!isRestrictable(verdict)) return verdict;
    const { issuer, sourceIssuer } = this.#known.madeBy(slot);
    return applyPolicy(verdict, findRule(this.#policies, receiver, issuer, sourceIssuer, now));
  }

  async #verifyUnknown(
    unknown: readonly number[],
    codes: readonly Uint8Array[],
    columns: VerdictColumns,
    checkpoint: Checkpoint,
    now: number,
  ): Promise<BatchAnswer> {
    let next = 0;
    const work = async (): Promise<void> => {
      for (let position = unknown[next++]; position !== undefined; position = unknown[next++]) {
        const outcome = await this.#codes.verifyCode(codes[position] ?? new Uint8Array(), checkpoint, now);
        columns.set(position, outcome.verdict, reasonOf(outcome));
        if (isAboutPerson(outcome)) this.#counter.record(checkpoint.purpose, outcome.verdict.recognition);
      }
    };
    await Promise.all(Array.from({ length: Math.min(BATCH_CONCURRENCY, unknown.length) }, work));
    return columns;
  }
}
