import type { AttestationKind } from '@health-code/attestation';

/** An attestation as it waits to be published, and after. */
export interface OutboxEntry {
  readonly sequence: number;
  /** Compact JWS without disclosures. */
  readonly token: string;
}

/** What an attestation is about: each kind is stated, superseded and withdrawn apart from the others. */
export interface About {
  /** Subject reference. */
  readonly subject: string;
  readonly kind: AttestationKind;
}

/** One text for one {@link About}; a reference has no space in it. */
export const standingKey = ({ subject, kind }: About): string => `${kind} ${subject}`;

/** An entry that the broker has not acknowledged yet. */
export interface UnpublishedEntry extends OutboxEntry {
  /** When it was appended, milliseconds since the epoch by the database's clock. */
  readonly changedAt: number;
}

/** A new entry, with what it is about. */
export interface NewOutboxEntry extends OutboxEntry, About {
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /**
   * What becomes of the earlier ones about the same that have not expired: there are `none`; they `stand`, because this one only renews
   * them; they are `shortened`, taken back because it says the same for a shorter time; or they are `taken-back`, because it says otherwise.
   */
  readonly earlier: 'none' | 'stand' | 'shortened' | 'taken-back';
}

/** A status that came in and could not be attested. */
export interface RefusedAnswer {
  readonly code: string;
  /** Subject reference, where the person is known. */
  readonly subject?: string;
}

/** The move of the poll cursor that belongs to what a poll produced. */
export interface CursorMove {
  readonly from: string | undefined;
  readonly to: string;
}

/** What one transaction adds. */
export interface OutboxAddition {
  /** Numbered on from the `lastSequence` the transaction was given, without a gap. */
  readonly entries: readonly NewOutboxEntry[];
  readonly refused?: readonly RefusedAnswer[];
  readonly cursor?: CursorMove;
}

/** What stands about one person and kind. */
export interface StandingEntry {
  /** The latest token. */
  readonly token: string;
  /** Seconds since the epoch: the latest end of all that was not taken back. A code shown for a day ends before what was attested for longer. */
  readonly standsUntil: number;
}

/** What a transaction may look at while it holds the issuer's number. */
export interface OutboxView {
  readonly lastSequence: number;
  /** About each of what was asked for, by {@link standingKey}. */
  readonly standing: ReadonlyMap<string, StandingEntry>;
}
