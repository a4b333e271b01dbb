import type { Attestation } from '@health-code/attestation';

/** What a province says of a person, as against what makes the attestation of it: number, times of issue, place in the status list. */
type Said = 'kind' | 'status' | 'since' | 'reason' | 'rule' | 'authority' | 'evidence' | 'original' | 'source' | 'test';

/** One type for each kind, not one with the members that all kinds have. */
type SaidBy<Kind> = Kind extends Attestation ? Pick<Kind, Extract<keyof Kind, Said>> : never;

/** What an attestation is made from: a value of its kind's table, or `none` where the local system states none any more. */
export type AttestableRecord = SaidBy<Attestation> & {
  /** Seconds since the epoch; the attestation expires no later. */
  readonly validUntil: number;
};

/** What is to be attested, and of whom. */
export interface Statement {
  /** Subject reference. */
  readonly subject: string;
  readonly record: AttestableRecord;
  /** 脱敏姓名: only its salted digest is signed; only the holder gets it. */
  readonly maskedName?: string;
  /**
   * How long the attestation is to be shown, in seconds since the epoch: it expires no later than `until`, and one that expires before
   * `atLeast` is made anew. What is stated may stand longer, and what was attested for longer stays as good as it was.
   */
  readonly shown?: { readonly until: number; readonly atLeast: number };
  /** The local system knows the person by reference alone: all it can say is what a conversion (转码) brought. */
  readonly isByReference?: true;
}
