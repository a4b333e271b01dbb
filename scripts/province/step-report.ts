import type { v1 } from '@health-code/messages';

/** What a step did, for people and for machines. */
export interface StepReport {
  /** Sentences, in order. */
  readonly did: readonly string[];
  /** Checks of the hub, where it made some. */
  readonly checks?: readonly v1.ICheck[];
  /** What comes next; a sentence or a command. */
  readonly next: string;
  /** For machines. Never a secret, but what the step was asked for. */
  readonly facts: Readonly<Record<string, unknown>>;
}
