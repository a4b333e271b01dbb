import type { HealthStatus, ProvinceCode } from '@health-code/attestation';

/** What many attestations say alike: kept once, and named by its number in every row. */
export interface Terms {
  /** Position in the dictionary, from 0. */
  readonly ordinal: number;
  readonly issuer: ProvinceCode;
  readonly status: HealthStatus;
  readonly reason: string;
  readonly ruleId: string;
  readonly ruleVersion: string;
}

/** Dictionary of {@link Terms}: a few hundred in practice (provinces x statuses x reasons x rule versions). */
export class TermsDictionary {
  readonly #ordinals = new Map<string, number>();
  readonly #terms: Terms[] = [];

  /** The number of these terms; given when they are new. */
  intern(terms: Omit<Terms, 'ordinal'>): number {
    const key = JSON.stringify([terms.issuer, terms.status, terms.reason, terms.ruleId, terms.ruleVersion]);
    const known = this.#ordinals.get(key);
    if (known !== undefined) return known;
    const ordinal = this.#terms.length;
    const { issuer, status, reason, ruleId, ruleVersion } = terms;
    this.#terms.push({ ordinal, issuer, status, reason, ruleId, ruleVersion });
    this.#ordinals.set(key, ordinal);
    return ordinal;
  }

  /** The terms of a number that was given. */
  get(ordinal: number): Terms {
    const terms = this.#terms[ordinal];
    if (terms === undefined) throw new RangeError('no terms of this number');
    return terms;
  }
}
