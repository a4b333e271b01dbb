import type { AttestationKind, AttestedValue, ListedStatus } from '@health-code/attestation';
import { NO_SLOT } from '../lookup/slot-table.js';

/** The current statements about a subject; AttestationIndex satisfies it. */
export interface CurrentStatements {
  findSubject(subject: string, kind: AttestationKind): number;
  nextCurrent(slot: number): number;
  terms(slot: number): { readonly issuer: string; readonly status: AttestedValue; readonly sourceIssuer?: string; readonly isRevoked?: true };
  sequence(slot: number): number;
  expiresAt(slot: number): number;
}

/** Whether a province may speak. */
export interface Standings {
  findProvince(code: string): { readonly standing: 'admitted' | 'suspended' } | undefined;
}

/** What an issuer's status list says of its statements. */
export interface ListedStatuses {
  statusOf(issuer: string, sequence: number): ListedStatus | undefined;
}

/** Reads the text of a committed attestation. */
export interface TokenReader {
  readToken(issuer: string, sequence: number): Promise<string | undefined>;
}

/** 数据共享: what other provinces state about a person, for a province whose local code takes it in. */
export class ForeignStatements {
  readonly #statements: CurrentStatements;
  readonly #provinces: Standings;
  readonly #lists: ListedStatuses;
  readonly #tokens: TokenReader;

  constructor(statements: CurrentStatements, provinces: Standings, lists: ListedStatuses, tokens: TokenReader) {
    this.#statements = statements;
    this.#provinces = provinces;
    this.#lists = lists;
    this.#tokens = tokens;
  }

  /**
   * Compact JWS of what other admitted provinces than `caller` state now of themselves: neither withdrawn nor suspended nor run out. What one
   * converted (转码) is left out: its source is in the list of its own issuer, and where somebody was is nobody's business.
   *
   * @param now seconds since the epoch
   */
  async list(subject: string, kind: AttestationKind, caller: string, now: number): Promise<readonly string[]> {
    const slots = this.#current(subject, kind).filter((slot) => {
      const { issuer, status, sourceIssuer, isRevoked } = this.#statements.terms(slot);
      if (sourceIssuer !== undefined || isRevoked === true) return false;
      // What its issuer has suspended it does not state now.
      if ((this.#lists.statusOf(issuer, this.#statements.sequence(slot)) ?? 'valid') !== 'valid') return false;
      return issuer !== caller && status !== 'none' && this.#statements.expiresAt(slot) > now && this.#provinces.findProvince(issuer)?.standing === 'admitted';
    });
    const tokens = await Promise.all(slots.map((slot) => this.#tokens.readToken(this.#statements.terms(slot).issuer, this.#statements.sequence(slot))));
    return tokens.filter((token) => token !== undefined);
  }

  #current(subject: string, kind: AttestationKind): readonly number[] {
    const head = this.#statements.findSubject(subject, kind);
    if (head === NO_SLOT) return [];
    const slots = [head];
    for (let slot = this.#statements.nextCurrent(head); slot !== head; slot = this.#statements.nextCurrent(slot)) slots.push(slot);
    return slots;
  }
}
