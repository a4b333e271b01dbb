import type { Attestation, ConversionSource } from '@health-code/attestation';

/** What many attestations say alike, word for word. */
export interface SharedWords extends Pick<Attestation, 'issuer' | 'kind' | 'status' | 'reason' | 'rule' | 'authority' | 'evidence' | 'original'> {
  /** Its province is shared by many; its sequence number is not. */
  readonly source?: ConversionSource;
}

/** The words of {@link Terms} that an issuer is free to choose. */
export interface KeptWords extends Pick<Attestation, 'reason' | 'rule' | 'authority' | 'evidence'> {
  /** Absent once there is no more room for this issuer: it then stands in the token alone. */
  readonly original?: Attestation['original'];
}

/** {@link SharedWords}, kept once, and named by their number in every row. */
export interface Terms extends Pick<Attestation, 'issuer' | 'kind' | 'status'> {
  /** Position in the dictionary, from 0. */
  readonly ordinal: number;
  /** The province whose statement this one was made from; absent where it was not converted. */
  readonly sourceIssuer?: string;
  /** 密钥已作废: what says this was signed with a key that may have been in other hands when it came. Terms of their own: a verdict reads them anyway. */
  readonly isRevoked?: true;
  /** Absent once there is no more room for this issuer. Of statements that share such terms nobody knows that they say the same. */
  readonly words?: KeptWords;
}

/** How many different terms are kept of one issuer, in each of two steps. */
export interface TermsRoom {
  /** With the local value in them. */
  readonly originals: number;
  /** Without it, beyond those. */
  readonly words: number;
}

/**
 * Local systems have a handful of values, provinces some hundred reasons, rules and authorities. One that put a time or a
 * number into any of them would otherwise fill the memory of the hub, one entry of a kilobyte for each attestation.
 */
export const TERMS_ROOM: TermsRoom = { originals: 4096, words: 4096 };

/** No claim contains it: every text of an attestation is free of control characters. */
const SEPARATOR = '\0';

/**
 * Dictionary of {@link Terms}: a few hundred in practice (provinces x kinds x statuses x reasons x rule versions x local values).
 * Of one issuer at most {@link TermsRoom}, and besides one of each kind, status and source province.
 */
export class TermsDictionary {
  readonly #ordinals = new Map<string, number>();
  readonly #terms: Terms[] = [];
  readonly #room: TermsRoom;
  readonly #kept = new Map<string, { originals: number; words: number }>();
  readonly #revoked = new Map<number, number>();

  constructor(room = TERMS_ROOM) {
    this.#room = room;
  }

  /** Different terms held. */
  get size(): number {
    return this.#terms.length;
  }

  /** The number of these words; given when they are new. */
  intern(said: SharedWords): number {
    const { issuer, kind, status, reason, rule, authority, evidence, original, source } = said;
    const least = [issuer, kind, status, source?.issuer ?? ''].join(SEPARATOR);
    const alike = [least, reason, rule.id, rule.version, authority, evidence].join(SEPARATOR);
    const whole = [alike, original.system, original.field, original.value].join(SEPARATOR);
    const known = this.#ordinals.get(whole);
    if (known !== undefined) return known;
    const terms = { issuer, kind, status, ...(source === undefined ? {} : { sourceIssuer: source.issuer }) };
    const words = { reason, rule: { id: rule.id, version: rule.version }, authority, evidence };
    if (this.#takeRoom(issuer, 'originals')) return this.#add(whole, { ...terms, words: { ...words, original: { ...original } } });
    const knownAlike = this.#ordinals.get(alike);
    if (knownAlike !== undefined) return knownAlike;
    if (this.#takeRoom(issuer, 'words')) return this.#add(alike, { ...terms, words });
    return this.#ordinals.get(least) ?? this.#add(least, terms);
  }

  /** The terms of a number that was given. */
  get(ordinal: number): Terms {
    const terms = this.#terms[ordinal];
    if (terms === undefined) throw new RangeError('no terms of this number');
    return terms;
  }

  /** The number of the same words where a revoked key signed them. */
  revoke(ordinal: number): number {
    const terms = this.get(ordinal);
    if (terms.isRevoked === true) return ordinal;
    const known = this.#revoked.get(ordinal);
    if (known !== undefined) return known;
    const revoked = this.#terms.push({ ...terms, ordinal: this.#terms.length, isRevoked: true }) - 1;
    this.#revoked.set(ordinal, revoked);
    return revoked;
  }

  #takeRoom(issuer: string, step: keyof TermsRoom): boolean {
    const kept = this.#kept.get(issuer) ?? { originals: 0, words: 0 };
    if (kept[step] >= this.#room[step]) return false;
    kept[step] += 1;
    this.#kept.set(issuer, kept);
    return true;
  }

  #add(key: string, terms: Omit<Terms, 'ordinal'>): number {
    const ordinal = this.#terms.push({ ordinal: this.#terms.length, ...terms }) - 1;
    this.#ordinals.set(key, ordinal);
    return ordinal;
  }
}
