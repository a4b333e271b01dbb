import { CLOCK_TOLERANCE_SECONDS, type Attestation, type ConversionSource } from '../attestation.js';
import type { ProvinceCode } from '../province.js';
import { listedStatus, type ListedStatus } from '../status-list/status-list.js';
import { statusListPlace } from '../status-list/status-list-place.js';
import type { SourceFacts, VerdictFacts } from '../verdict.js';
import type { OfflineErrorCode } from './offline-outcome.js';
import type { OfflinePackage } from './offline-package.js';

/** {@link VerdictFacts} out of a package, and why their age is not known. */
export interface OfflineFacts {
  readonly facts: VerdictFacts;
  readonly unknownAge?: Extract<OfflineErrorCode, 'STATUS_LIST_MISSING' | 'STATUS_LIST_INDEX_OUT_OF_RANGE'>;
}

/** What the issuer's list says of one number. */
interface Listing {
  readonly status: ListedStatus;
  /** When it was last known to hold; `NaN`, which no age can be told from, where nobody knows. */
  readonly knownAt: number;
  readonly unknownAge?: OfflineFacts['unknownAge'];
}

/**
 * What a package knows of a verified attestation. Whatever it does not hold makes the age unknown, for every kind: a green is
 * then advised to be tried again, and never to pass.
 */
export function offlineFacts(attestation: Attestation, pkg: OfflinePackage): OfflineFacts {
  const { issuer, sequence, issuedAt } = attestation;
  const own = listingOf(pkg, issuer, sequence, issuedAt);
  const source = attestation.source && { ...attestation.source, listing: listingOf(pkg, attestation.source.issuer, attestation.source.sequence, attestation.source.issuedAt) };
  const unknownAge = own.unknownAge ?? source?.listing.unknownAge;
  const facts: VerdictFacts = {
    kind: attestation.kind,
    standing: pkg.provinces.get(issuer)?.standing ?? 'none',
    source: source && sourceFacts(pkg, source, source.listing),
    superseded: own.status === 'invalid',
    suspended: own.status === 'suspended',
    conflict: pkg.isContradicted(issuer, sequence),
    ruleRegistered: pkg.isRuleRegistered(issuer, attestation.rule.id, attestation.rule.version),
    status: attestation.status,
    reason: attestation.reason,
    since: unknownAge === undefined ? attestation.since : NaN,
    expiresAt: attestation.expiresAt,
    keyRevoked: false,
    knownAt: own.knownAt,
    limits: pkg.limits,
  };
  return unknownAge === undefined ? { facts } : { facts, unknownAge };
}

function sourceFacts(pkg: OfflinePackage, { issuer, sequence }: ConversionSource, listing: Listing): SourceFacts {
  const known = pkg.findSource(issuer, sequence);
  return {
    standing: pkg.provinces.get(issuer)?.standing ?? 'none',
    superseded: listing.status === 'invalid',
    suspended: listing.status === 'suspended',
    knownAt: listing.knownAt,
    expiresAt: known?.expiresAt ?? Infinity,
    keyRevoked: known?.keyRevoked ?? false,
  };
}

/**
 * A statement is known to hold since its issue, and until both its province's feed was last confirmed and its list was last
 * signed: the feed alone says nothing of a suspension, and the list nothing of what is missing.
 */
function listingOf(pkg: OfflinePackage, issuer: ProvinceCode, sequence: number, issuedAt: number): Listing {
  const { uri, index } = statusListPlace(issuer, sequence);
  const list = pkg.lists.get(uri);
  if (list === undefined) return { status: 'valid', knownAt: NaN, unknownAge: 'STATUS_LIST_MISSING' };
  const status = listedStatus(list, index);
  if (status !== undefined) return { status, knownAt: Math.max(issuedAt, Math.min(pkg.feedConfirmedAt(issuer), list.issuedAt)) };
  // A list that was signed well after the statement was made, and has no place for it, is not the whole one.
  if (issuedAt <= list.issuedAt - CLOCK_TOLERANCE_SECONDS) return { status: 'valid', knownAt: NaN, unknownAge: 'STATUS_LIST_INDEX_OUT_OF_RANGE' };
  return { status: 'valid', knownAt: issuedAt };
}
