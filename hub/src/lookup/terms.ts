import type { Attestation, ConversionSource } from '@health-code/attestation';

/** What many attestations say alike, word for word. */
export interface SharedWords extends Pick<Attestation, 'issuer' | 'kind' | 'status' | 'reason' | 'rule' | 'authority' | 'evidence' | 'original'> {
  /** Its province is shared by many; its sequence number is not. */
  readonly source?: ConversionSource;
}

/** {@link SharedWords}, kept once, and named by their number in every row. */
export interface Terms extends Omit<SharedWords, 'original' | 'source'> {
  /** Position in the dictionary, from 0. */
  readonly ordinal: number;
  /** Absent once there is no more room for this issuer: it then stands in the token alone. */
  readonly original?: Attestation['original'];
  /** The province whose statement this one was made from; absent where it was not converted. */
  readonly sourceIssuer?: string;
}

/**
 * Different words kept of one issuer with the local value in them. Local systems have a handful; one that put a time or a
 * number into the value would otherwise fill the memory of the hub, one entry for each attestation.
 */
export const ORIGINALS_KEPT = 4096;

/** No claim contains it: every text of an attestation is free of control characters. */
const SEPARATOR = '\0';

/** Dictionary of {@link Terms}: a few hundred in practice (provinces x kinds x statuses x reasons x rule versions x local values). */
export class TermsDictionary {
  readonly #ordinals = new Map<string, number>();
  readonly #terms: Terms[] = [];
  readonly #originalsKept: number;
  readonly #kept = new Map<string, number>();

  constructor(originalsKept = ORIGINALS_KEPT) {
    this.#originalsKept = originalsKept;
  }

  /** The number of these words; given when they are new. */
  intern(words: SharedWords): number {
    const { issuer, kind, status, reason, rule, authority, evidence, original, source } = words;
    const alike = [issuer, kind, status, reason, rule.id, rule.version, authority, evidence, source?.issuer ?? ''].join(SEPARATOR);
    const whole = [alike, original.system, original.field, original.value].join(SEPARATOR);
    const known = this.#ordinals.get(whole);
    if (known !== undefined) return known;
    const converted = source === undefined ? {} : { sourceIssuer: source.issuer };
    const terms = { issuer, kind, status, reason, rule: { id: rule.id, version: rule.version }, authority, evidence, ...converted };
    const kept = this.#kept.get(issuer) ?? 0;
    if (kept < this.#originalsKept) {
      this.#kept.set(issuer, kept + 1);
      return this.#add(whole, { ...terms, original: { ...original } });
    }
    return this.#ordinals.get(alike) ?? this.#add(alike, terms);
  }

  /** The terms of a number that was given. */
  get(ordinal: number): Terms {
    const terms = this.#terms[ordinal];
    if (terms === undefined) throw new RangeError('no terms of this number');
    return terms;
  }

  #add(key: string, terms: Omit<Terms, 'ordinal'>): number {
    const ordinal = this.#terms.push({ ordinal: this.#terms.length, ...terms }) - 1;
    this.#ordinals.set(key, ordinal);
    return ordinal;
  }
}
