import {
  AttestationError,
  decideVerdict,
  knownAtOf,
  KIND_TABLE,
  KNOWN_REFUSAL_CODES,
  parseAttestation,
  splitPresentation,
  verifyAttestation,
  verifyDisclosures,
  type CheckpointClass,
  type ProvinceKey,
  type Verdict,
  type VerdictFacts,
  type VerifiedAttestation,
} from '@health-code/attestation';
import { claimsOf } from '../ledger/claims-of.js';
import { digestOf } from '../lookup/digest.js';
import { NO_SLOT } from '../lookup/slot-table.js';
import type { LedgerNote } from '../package/find-exceptions.js';
import type { Terms } from '../lookup/terms.js';
import { AttestedFacts, type KnownStatements, type Provinces } from './attested-facts.js';
import type { FeedTimes } from './conversion.js';
import { freshnessAgeOf, freshnessLimitOf } from './freshness.js';
import type { IssuerLists } from './listing.js';
import { refused, type Statement, type VerifiedCode } from './verified-code.js';

/** What is known of committed attestations; {@link AttestationIndex} satisfies it. */
export interface KnownAttestations extends KnownStatements {
  findToken(digest: string): number;
  hasContent(slot: number, contentDigest: Uint8Array): boolean;
}

const TILDE = 0x7e;

const WITHDRAWN = { availability: 'unavailable' } as const;

/** All that is told of a canary whose key was in other hands: that nobody was verified. */
const CANARY = { isCanary: true } as const;

const textOf = (code: Uint8Array): string => Buffer.from(code.buffer, code.byteOffset, code.byteLength).toString('latin1');

/**
 * Judges attestations. For one that the ledger holds nothing is verified twice: its text was verified byte for byte on
 * arrival, and only that is remembered; standing, rules, successors and contradictions are looked up anew every time, so
 * that no verdict outlives a revocation.
 */
export class AttestedVerifier {
  readonly #known: KnownAttestations;
  readonly #provinces: Provinces;
  readonly #facts: AttestedFacts;

  constructor(known: KnownAttestations, provinces: Provinces, feeds: FeedTimes, lists: IssuerLists) {
    this.#known = known;
    this.#provinces = provinces;
    this.#facts = new AttestedFacts(known, provinces, feeds, lists);
  }

  /** The slot of a compact JWS that the ledger holds byte for byte, or {@link NO_SLOT}. Hashes the text, nothing more. */
  findKnown(code: Uint8Array): number {
    return this.#known.findToken(digestOf(code));
  }

  /** The reason that a slot states; empty where memory had no room for it, which is never of what is recognised. */
  reasonOf(slot: number): string {
    return this.#known.terms(slot).words?.reason ?? '';
  }

  /** Whether a slot is about a person, and no canary's. */
  isAboutPerson(slot: number): boolean {
    return this.#known.terms(slot).kind !== 'canary';
  }

  /** Whose statement a slot is, and whose its source. */
  madeBy(slot: number): Pick<Terms, 'issuer' | 'sourceIssuer'> {
    return this.#known.terms(slot);
  }

  /** Whether what a slot says may be relied on as far as its key, its province, its expiry, its issuer's list and its source go. `now` in seconds since the epoch. */
  isStanding(slot: number, now: number): boolean {
    return this.#facts.isStanding(slot, now);
  }

  /** What the ledger alone tells of a slot: for whoever judges the same text without one. `now` in seconds since the epoch. */
  noteOf(slot: number, now: number): LedgerNote {
    const { conflict, expiresAt } = this.#facts.of(slot, now);
    const terms = this.#known.terms(slot);
    const source = this.#facts.sourceOf(slot, terms);
    const note = { issuer: terms.issuer, sequence: this.#known.sequence(slot), conflict, expiresAt };
    if (source === undefined || source.slot === NO_SLOT || terms.sourceIssuer === undefined) return note;
    return { ...note, source: { issuer: terms.sourceIssuer, sequence: this.#known.sourceSequence(slot), keyRevoked: source.keyRevoked, expiresAt: source.expiresAt } };
  }

  /** The verdict on a known attestation: no signature, no database, no promise. `now` in seconds since the epoch. */
  judge(slot: number, checkpointClass: CheckpointClass, now: number): Verdict {
    return decideVerdict(this.#facts.of(slot, now), checkpointClass, now);
  }

  /** The outcome for the text of a known attestation, with the statement it makes. */
  #describe(slot: number, token: Uint8Array, checkpointClass: CheckpointClass, now: number): VerifiedCode {
    return this.#decided(this.#toldBy(slot, token), this.#facts.of(slot, now), slot, checkpointClass, now);
  }

  /** What a slot says, from memory; from the token where it says what the index does not keep: a kind's own claims, a source, words there was no more room for. */
  #toldBy(slot: number, token: Uint8Array): Statement {
    const { issuer, kind, status, words, sourceIssuer } = this.#known.terms(slot);
    if (words?.original === undefined || sourceIssuer !== undefined || KIND_TABLE[kind].own !== undefined) return claimsOf(token);
    const { reason, rule, authority, evidence, original } = words;
    const since = this.#known.since(slot);
    const issuedAt = this.#known.issuedAt(slot);
    return { issuer, sequence: this.#known.sequence(slot), kind, status, since, reason, rule, authority, evidence, original, issuedAt, expiresAt: this.#known.expiresAt(slot) };
  }

  /**
   * Verifies what was shown as an attestation: compact JWS, or SD-JWT with disclosures. At once where the ledger holds the
   * text; by signature and disclosures otherwise. A refusal is an outcome, never an exception.
   */
  verify(code: Uint8Array, checkpointClass: CheckpointClass, now: number): VerifiedCode | Promise<VerifiedCode> {
    const end = code.indexOf(TILDE);
    const token = end < 0 ? code : code.subarray(0, end);
    const slot = this.findKnown(token);
    if (slot === NO_SLOT) return this.#verifyUnknown(code, checkpointClass, now);
    const outcome = this.#describe(slot, token, checkpointClass, now);
    return end < 0 || outcome.attestation === undefined ? outcome : this.#withDisclosures(outcome, token, code);
  }

  /** What the holder of a known attestation discloses: its digests were signed, so the signature need not be looked at again. */
  async #withDisclosures(outcome: VerifiedCode, known: Uint8Array, code: Uint8Array): Promise<VerifiedCode> {
    try {
      const { disclosures } = splitPresentation(textOf(code));
      return { ...outcome, ...(await verifyDisclosures(disclosures, claimsOf(known).disclosureDigests)) };
    } catch (error) {
      if (error instanceof AttestationError) return refused('signature-invalid', error.code);
      throw error;
    }
  }

  async #verifyUnknown(code: Uint8Array, checkpointClass: CheckpointClass, now: number): Promise<VerifiedCode> {
    let verified: VerifiedAttestation;
    let key: ProvinceKey | undefined;
    try {
      const parsed = parseAttestation(textOf(code));
      if (this.#provinces.findProvince(parsed.claims.issuer) === undefined) return refused('no-agreement');
      verified = await verifyAttestation(parsed, this.#provinces, now);
      key = this.#provinces.find(parsed.header.kid);
    } catch (error) {
      if (error instanceof AttestationError) return refused('signature-invalid', error.code);
      throw error;
    }
    return this.#judgeVerified(verified, key, checkpointClass, now);
  }

  /** By identity, not by text: a signature rewritten from s to n-s, or made anew, is the same attestation. */
  #judgeVerified(
    { attestation, contentDigest, maskedName }: VerifiedAttestation,
    key: ProvinceKey | undefined,
    checkpointClass: CheckpointClass,
    now: number,
  ): VerifiedCode {
    const found = this.#known.findSequence(attestation.issuer, attestation.sequence);
    // What came with a revoked key counts for nothing beside a text that the issuer's own key vouches for.
    const slot = found !== NO_SLOT && key?.revokedFrom === undefined && this.#known.terms(found).isRevoked === true ? NO_SLOT : found;
    const disclosed = maskedName === undefined ? {} : { maskedName };
    const isHeld = slot !== NO_SLOT && this.#known.hasContent(slot, contentDigest);
    // Whoever holds a key that was revoked or given up can date what he signs back to when it was not: only the ledger knows better.
    if (!isHeld && key?.revokedFrom !== undefined) return refused('signature-invalid', 'ATTESTATION_KEY_REVOKED');
    if (slot === NO_SLOT && (key?.notAfter ?? Infinity) < now) return refused('signature-invalid', 'ATTESTATION_KEY_EXPIRED');
    if (slot === NO_SLOT) {
      const head = this.#known.findSubject(attestation.subject, attestation.kind);
      return { ...this.#decided(attestation, this.#facts.ofUnlisted(attestation, head, now), head, checkpointClass, now), ...disclosed };
    }
    if (isHeld) {
      return { ...this.#decided(attestation, this.#facts.of(slot, now), slot, checkpointClass, now), ...disclosed };
    }
    // The issuer signed two statements under one number: neither can be relied on here, and the ledger's is named.
    return { ...refused('conflict', 'ATTESTATION_EQUIVOCATED'), attestation, conflicts: [this.#facts.statement(slot)] };
  }

  #decided(attestation: Statement, facts: VerdictFacts, ringSlot: number, checkpointClass: CheckpointClass, now: number): VerifiedCode {
    const verdict = decideVerdict(facts, checkpointClass, now);
    // Nobody knows whose word it is, and nobody is told it.
    if (verdict.recognition === 'signature-invalid') return { verdict, errorCode: KNOWN_REFUSAL_CODES[verdict.recognition], ...(facts.kind === 'canary' ? CANARY : {}) };
    const knownAt = knownAtOf(facts);
    const isAgeOpen = Number.isNaN(knownAt);
    const decided = {
      verdict,
      // Beside a recognised status this alone: the list is not the whole one, and nobody knows how old the status is.
      errorCode: isAgeOpen && verdict.recognition === 'recognised' ? 'STATUS_LIST_INDEX_OUT_OF_RANGE' : KNOWN_REFUSAL_CODES[verdict.recognition],
      attestation,
      knownAt: isAgeOpen ? undefined : knownAt,
      freshnessAge: freshnessAgeOf(facts, verdict, now),
      freshnessLimit: freshnessLimitOf(facts, verdict, checkpointClass),
      ...(attestation.status === 'none' ? WITHDRAWN : {}),
    };
    return verdict.recognition === 'conflict' ? { ...decided, conflicts: this.#facts.conflictsOf(attestation, ringSlot, now) } : decided;
  }
}
