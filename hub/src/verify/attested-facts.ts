import { KIND_TABLE, type Attestation, type AttestationKind, type AttestedValue, type ProvinceKeyRing, type VerdictFacts } from '@health-code/attestation';
import { NO_SLOT } from '../lookup/slot-table.js';
import type { Terms } from '../lookup/terms.js';
import { findLater, findSource, isSameOriginal, isStanding, type FeedTimes, type KnownSource, type KnownSources, type SourceKnowledge, type Standings } from './conversion.js';
import { lastKnown, type IssuerLists } from './listing.js';
import type { ConflictingStatement } from './verified-code.js';

/** What is known of committed statements; {@link AttestationIndex} satisfies it. */
export interface KnownStatements extends KnownSources {
  sourceSequence(slot: number): number;
  sourceIssuedAt(slot: number): number;
  since(slot: number): number;
}

/** What is known of provinces. */
export interface Provinces extends ProvinceKeyRing, Standings {
  readonly version: number;
  isRuleRegistered(province: string, ruleId: string, ruleVersion: string): boolean;
}

/** Whether no list leaves the age open; a converted statement is no better known than its source. */
const isAged = (knownAt: number, source: KnownSource | undefined): boolean => !Number.isNaN(knownAt) && !Number.isNaN(source?.knownAt ?? 0);

/** What a verdict rests on, looked up anew every time: no promise, no database. */
export class AttestedFacts {
  readonly #known: KnownStatements;
  readonly #provinces: Provinces;
  readonly #feeds: FeedTimes;
  readonly #lists: IssuerLists;
  readonly #sources: SourceKnowledge;
  /** By {@link Terms.ordinal}, for the registry's version they were read from. */
  #ruleRegistered: (boolean | undefined)[] = [];
  #rulesVersion = -1;

  constructor(known: KnownStatements, provinces: Provinces, feeds: FeedTimes, lists: IssuerLists) {
    this.#known = known;
    this.#provinces = provinces;
    this.#feeds = feeds;
    this.#lists = lists;
    this.#sources = { known, provinces, feeds, lists };
  }

  /** What is known of a slot. `now` in seconds since the epoch. */
  of(slot: number, now: number): VerdictFacts {
    const terms = this.#known.terms(slot);
    const { issuer, kind, status, words } = terms;
    const source = this.sourceOf(slot, terms);
    const sequence = this.#known.sequence(slot);
    const list = this.#lists.listOf(issuer, sequence);
    const listed = list?.statusOf(sequence);
    const knownAt = lastKnown(this.#known.issuedAt(slot), this.#feeds.confirmedAt(issuer), listed, list?.issuedAt ?? 0);
    return {
      kind,
      standing: this.#provinces.findProvince(issuer)?.standing ?? 'none',
      source,
      superseded: listed === 'invalid' || this.#known.isSuperseded(slot),
      suspended: listed === 'suspended',
      conflict: this.#isContradicted(slot, kind, issuer, status, now) || source?.isMisstated === true,
      ruleRegistered: this.#isRuleRegistered(terms),
      keyRevoked: terms.isRevoked === true,
      status,
      reason: words?.reason ?? '',
      since: isAged(knownAt, source) ? this.#known.since(slot) : NaN,
      expiresAt: this.#known.expiresAt(slot),
      knownAt,
    };
  }

  /** What is known of one that is signed and valid, but not in the ledger yet; `head` is one of the current statements about the same person, or {@link NO_SLOT}. The feed cannot confirm what it has not brought: known at its issue, or where its list vouches for it as that says. */
  ofUnlisted(attestation: Attestation, head: number, now: number): VerdictFacts {
    const { issuer, kind, sequence, status, reason, since, expiresAt, issuedAt, rule } = attestation;
    const source = attestation.source && findSource(this.#sources, { said: { status, words: attestation }, source: attestation.source, subjectSlot: head });
    const list = this.#lists.listOf(issuer, sequence);
    const listed = list?.statusOf(sequence);
    const vouchedAt = list?.issuedAt ?? 0;
    const later = findLater(this.#known, head, issuer, sequence);
    const knownAt = lastKnown(issuedAt, vouchedAt === 0 ? 0 : this.#feeds.confirmedAt(issuer), listed, vouchedAt);
    const isContradicted = head !== NO_SLOT && (this.#contradicts(head, kind, issuer, status, now) || this.#isContradicted(head, kind, issuer, status, now));
    return {
      kind,
      standing: this.#provinces.findProvince(issuer)?.standing ?? 'none',
      source,
      superseded: listed === 'invalid' || (later !== NO_SLOT && !this.#saysTheSame(later, attestation)),
      suspended: listed === 'suspended',
      conflict: isContradicted || source?.isMisstated === true,
      ruleRegistered: this.#provinces.isRuleRegistered(issuer, rule.id, rule.version),
      keyRevoked: false,
      status,
      reason,
      since: isAged(knownAt, source) ? since : NaN,
      expiresAt,
      knownAt,
    };
  }

  /** Whether what a slot says may be relied on as far as its key, its province, its expiry, its issuer's list and its source go. `now` in seconds since the epoch. */
  isStanding(slot: number, now: number): boolean {
    const terms = this.#known.terms(slot);
    if (terms.isRevoked === true || this.#known.expiresAt(slot) <= now || this.#provinces.findProvince(terms.issuer)?.standing !== 'admitted') return false;
    const sequence = this.#known.sequence(slot);
    const listed = this.#lists.listOf(terms.issuer, sequence)?.statusOf(sequence);
    if (listed === 'invalid' || listed === 'suspended') return false;
    const source = this.sourceOf(slot, terms);
    return source === undefined || isStanding(source, now);
  }

  /** How the source of a converted slot stands; `undefined` of one that was not converted. */
  sourceOf(slot: number, terms: Terms): KnownSource | undefined {
    const { sourceIssuer } = terms;
    if (sourceIssuer === undefined) return undefined;
    const source = { issuer: sourceIssuer, sequence: this.#known.sourceSequence(slot), issuedAt: this.#known.sourceIssuedAt(slot) };
    return findSource(this.#sources, { said: terms, source, subjectSlot: slot });
  }

  /** What stands against a statement, in the ring of `head`. */
  conflictsOf({ kind, issuer, status }: Pick<Attestation, 'kind' | 'issuer' | 'status'>, head: number, now: number): readonly ConflictingStatement[] {
    return this.#ring(head).filter((slot) => this.#contradicts(slot, kind, issuer, status, now)).map((slot) => this.statement(slot));
  }

  /** A slot as it is told of. */
  statement(slot: number): ConflictingStatement {
    const { issuer, status } = this.#known.terms(slot);
    return { issuer, sequence: this.#known.sequence(slot), status };
  }

  /**
   * Of terms without words the rule is not known here. It counts as not registered, on every way to a verdict alike: only a
   * province that has made up thousands of reasons or rules gets there, and what it says then goes to the local procedure.
   */
  #isRuleRegistered(terms: Terms): boolean {
    const { issuer, ordinal, words } = terms;
    if (words === undefined) return false;
    if (this.#rulesVersion !== this.#provinces.version) {
      this.#ruleRegistered = [];
      this.#rulesVersion = this.#provinces.version;
    }
    return (this.#ruleRegistered[ordinal] ??= this.#provinces.isRuleRegistered(issuer, words.rule.id, words.rule.version));
  }

  /** Whether a later statement of the same issuer that is held only renews one that is not. */
  #saysTheSame(later: number, { kind, status, reason, rule, authority, evidence, original, source, since }: Attestation): boolean {
    const { status: said, words, sourceIssuer } = this.#known.terms(later);
    if (words === undefined || said !== status || words.reason !== reason || words.rule.id !== rule.id || words.rule.version !== rule.version) return false;
    if (words.authority !== authority || words.evidence !== evidence || (words.original !== undefined && !isSameOriginal(words.original, original))) return false;
    if (sourceIssuer !== source?.issuer || this.#known.sourceSequence(later) !== (source?.sequence ?? 0)) return false;
    return KIND_TABLE[kind].policy.gradedFrom !== 'since' || this.#known.since(later) === since;
  }

  /** Whether another current attestation in the ring of `slot` contradicts; for most people the ring is `slot` alone. */
  #isContradicted(slot: number, kind: AttestationKind, issuer: string, status: AttestedValue, now: number): boolean {
    const start = this.#known.currentOf(slot);
    for (let other = this.#known.nextCurrent(start); other !== start; other = this.#known.nextCurrent(other)) {
      if (this.#contradicts(other, kind, issuer, status, now)) return true;
    }
    return false;
  }

  /** A province other than `issuer` says something else, of a kind that has one truth, and it still stands. Who says nothing contradicts nobody. */
  #contradicts(other: number, kind: AttestationKind, issuer: string, status: AttestedValue, now: number): boolean {
    const terms = this.#known.terms(other);
    return (
      terms.issuer !== issuer &&
      terms.status !== status &&
      terms.status !== 'none' &&
      status !== 'none' &&
      KIND_TABLE[kind].policy.isContradictable &&
      this.isStanding(other, now)
    );
  }

  #ring(head: number): readonly number[] {
    if (head === NO_SLOT) return [];
    const start = this.#known.currentOf(head);
    const slots: number[] = [start];
    for (let slot = this.#known.nextCurrent(start); slot !== start; slot = this.#known.nextCurrent(slot)) slots.push(slot);
    return slots;
  }
}
