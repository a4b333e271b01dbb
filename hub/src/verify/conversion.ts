import type { AttestationKind, ConversionSource, OriginalValue, SourceFacts } from '@health-code/attestation';
import { NO_SLOT } from '../lookup/slot-table.js';
import type { KeptWords, Terms } from '../lookup/terms.js';
import { lastKnown, type IssuerLists } from './listing.js';

/** What is known of committed attestations; {@link AttestationIndex} satisfies it. */
export interface KnownSources {
  findSequence(issuer: string, sequence: number): number;
  findSubject(subject: string, kind: AttestationKind): number;
  nextCurrent(slot: number): number;
  terms(slot: number): Terms;
  sequence(slot: number): number;
  issuedAt(slot: number): number;
  expiresAt(slot: number): number;
  currentOf(slot: number): number;
  isSuperseded(slot: number): boolean;
  isSameSubject(one: number, other: number): boolean;
}

/** Whether a province may speak. */
export interface Standings {
  findProvince(code: string): { readonly standing: 'admitted' | 'suspended' } | undefined;
}

/** When everything an issuer has issued was last known to be held; seconds, 0 = never. */
export interface FeedTimes {
  confirmedAt(issuer: string): number;
}

/** Where {@link findSource} looks. */
export interface SourceKnowledge {
  readonly known: KnownSources;
  readonly provinces: Standings;
  readonly feeds: FeedTimes;
  readonly lists: IssuerLists;
}

/** What a conversion takes over word for word; the rule is its own. */
export interface TakenOver extends Pick<Terms, 'status'> {
  readonly words?: Omit<KeptWords, 'rule'>;
}

/** A statement that names the one it was made from. */
export interface Converted {
  readonly said: TakenOver;
  readonly source: Omit<ConversionSource, 'issuer'> & { readonly issuer: string };
  /** One of the current statements about the same subject and of the same kind, or {@link NO_SLOT}. */
  readonly subjectSlot: number;
}

/** {@link SourceFacts}, and what the hub knows besides. */
export interface KnownSource extends SourceFacts {
  /** The source as the ledger holds it, or {@link NO_SLOT} while it does not. */
  readonly slot: number;
  /** The source says something else, says it about somebody else or at another time, or was itself converted: no conversion was made of it. */
  readonly isMisstated: boolean;
}

/** The current statement of an issuer about a subject, where it is later than this sequence number; else {@link NO_SLOT}. */
export function findLater(known: KnownSources, subjectSlot: number, issuer: string, sequence: number): number {
  if (subjectSlot === NO_SLOT) return NO_SLOT;
  let slot = subjectSlot;
  do {
    if (known.terms(slot).issuer === issuer) return known.sequence(slot) > sequence ? slot : NO_SLOT;
    slot = known.nextCurrent(slot);
  } while (slot !== subjectSlot);
  return NO_SLOT;
}

/** Words that there was no more room for are compared where both are at hand. */
function isTakenOver(from: TakenOver, said: TakenOver): boolean {
  if (from.status !== said.status) return false;
  if (from.words === undefined || said.words === undefined) return true;
  const [one, other] = [from.words, said.words];
  const isAlike = one.reason === other.reason && one.authority === other.authority && one.evidence === other.evidence;
  return isAlike && (one.original === undefined || other.original === undefined || isSameOriginal(one.original, other.original));
}

/** Whether the local system said the same. */
export const isSameOriginal = (one: OriginalValue, other: OriginalValue): boolean =>
  one.system === other.system && one.field === other.field && one.value === other.value;

/**
 * How the source of a converted statement stands, looked up anew every time: it may have been superseded since, and it may
 * arrive later than what was made from it. Until it does, a later statement in its place that says something else counts all the same.
 */
export function findSource({ known, provinces, feeds, lists }: SourceKnowledge, { said, source, subjectSlot }: Converted): KnownSource {
  const { issuer, sequence, issuedAt } = source;
  const slot = known.findSequence(issuer, sequence);
  const standing = provinces.findProvince(issuer)?.standing ?? 'none';
  const list = lists.listOf(issuer, sequence);
  const listed = list?.statusOf(sequence);
  const vouchedAt = list?.issuedAt ?? 0;
  const isListedInvalid = listed === 'invalid';
  const suspended = listed === 'suspended';
  if (slot === NO_SLOT) {
    const later = findLater(known, subjectSlot, issuer, sequence);
    const superseded = isListedInvalid || (later !== NO_SLOT && !isTakenOver(known.terms(later), said));
    // Its feed cannot confirm what it has not brought; where its list vouches for it, both count, as without a network.
    const knownAt = lastKnown(issuedAt, vouchedAt === 0 ? 0 : feeds.confirmedAt(issuer), listed, vouchedAt);
    return { slot, standing, keyRevoked: false, superseded, suspended, knownAt, expiresAt: Infinity, isMisstated: false };
  }
  const terms = known.terms(slot);
  // A source that is held has brought its subject a statement: where there is none, it is about somebody else.
  const isOfSubject = subjectSlot !== NO_SLOT && known.isSameSubject(slot, subjectSlot);
  const isMisstated = !isTakenOver(terms, said) || terms.sourceIssuer !== undefined || known.issuedAt(slot) !== issuedAt || !isOfSubject;
  // Its own feed says until when it held; the feed of who converted it says nothing about it.
  const knownAt = lastKnown(issuedAt, feeds.confirmedAt(issuer), listed, vouchedAt);
  const superseded = isListedInvalid || known.isSuperseded(slot);
  return { slot, standing, keyRevoked: terms.isRevoked === true, superseded, suspended, knownAt, expiresAt: known.expiresAt(slot), isMisstated };
}

/** Whether what was made from this source may be relied on as far as the source goes. `now` in seconds. */
export const isStanding = ({ standing, keyRevoked, superseded, suspended, expiresAt, isMisstated }: KnownSource, now: number): boolean =>
  standing === 'admitted' && !keyRevoked && !superseded && !suspended && !isMisstated && expiresAt > now;
