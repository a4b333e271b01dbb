import type { AttestationKind, AttestedValue, SourceFacts } from '@health-code/attestation';
import { NO_SLOT } from '../lookup/slot-table.js';
import type { Terms } from '../lookup/terms.js';

/** Conversions of conversions that are followed: more than there are provinces, and a circle stands on nothing. */
const LONGEST_CHAIN = 40;

/** What is known of committed attestations; {@link AttestationIndex} satisfies it. */
export interface KnownSources {
  findSequence(issuer: string, sequence: number): number;
  findSubject(subject: string, kind: AttestationKind): number;
  nextCurrent(slot: number): number;
  terms(slot: number): Terms;
  sequence(slot: number): number;
  sourceSequence(slot: number): number;
  expiresAt(slot: number): number;
  isSuperseded(slot: number): boolean;
  isSameSubject(one: number, other: number): boolean;
}

/** Whether a province may speak. */
export interface Standings {
  findProvince(code: string): { readonly standing: 'admitted' | 'suspended' } | undefined;
}

/** A statement that names the one it was made from. */
export interface Converted {
  readonly status: AttestedValue;
  readonly sourceIssuer: string;
  readonly sourceSequence: number;
  /** One of the current statements about the same subject and of the same kind, or {@link NO_SLOT}. */
  readonly subjectSlot: number;
}

/** {@link SourceFacts}, and what the hub knows besides. */
export interface KnownSource extends SourceFacts {
  /** The source as the ledger holds it, or {@link NO_SLOT} while it does not. */
  readonly slot: number;
  /** The source says something else, or says it about somebody else: the statement made from it is no conversion. */
  readonly isMisstated: boolean;
}

/** Whether the issuer of a source has stated something later about the subject, for a source that is not at hand. */
export function hasLater(known: KnownSources, subjectSlot: number, issuer: string, sequence: number): boolean {
  if (subjectSlot === NO_SLOT) return false;
  let slot = subjectSlot;
  do {
    if (known.terms(slot).issuer === issuer && known.sequence(slot) > sequence) return true;
    slot = known.nextCurrent(slot);
  } while (slot !== subjectSlot);
  return false;
}

/**
 * How the source of a converted statement stands, looked up anew every time: it may have been superseded since, and it may
 * arrive later than what was made from it. A source that was itself converted stands only while its own source does.
 */
export function findSource(known: KnownSources, provinces: Standings, converted: Converted): KnownSource {
  const slot = known.findSequence(converted.sourceIssuer, converted.sourceSequence);
  const isMisstated =
    slot !== NO_SLOT &&
    (known.terms(slot).status !== converted.status || converted.subjectSlot === NO_SLOT || !known.isSameSubject(slot, converted.subjectSlot));
  let standing: SourceFacts['standing'] = 'admitted';
  let superseded = false;
  let expiresAt = Infinity;
  let issuer: string | undefined = converted.sourceIssuer;
  let sequence = converted.sourceSequence;
  for (let followed = 0; issuer !== undefined; followed += 1) {
    if (standing === 'admitted') standing = provinces.findProvince(issuer)?.standing ?? 'none';
    const at = known.findSequence(issuer, sequence);
    if (at === NO_SLOT || followed === LONGEST_CHAIN) {
      superseded ||= followed === LONGEST_CHAIN || hasLater(known, converted.subjectSlot, issuer, sequence);
      break;
    }
    superseded ||= known.isSuperseded(at);
    expiresAt = Math.min(expiresAt, known.expiresAt(at));
    issuer = known.terms(at).sourceIssuer;
    sequence = known.sourceSequence(at);
  }
  return { standing, superseded, expiresAt, slot, isMisstated };
}

/** Whether what was made from this source may be relied on as far as the source goes. `now` in seconds. */
export const isStanding = ({ standing, superseded, expiresAt, isMisstated }: KnownSource, now: number): boolean =>
  standing === 'admitted' && !superseded && !isMisstated && expiresAt > now;
