import { AttestationError } from '../errors.js';
import { createKeyRing, importProvinceKey, type ProvinceKey, type ProvinceKeyRing } from '../province-key.js';
import type { ProvinceCode } from '../province.js';
import type { Recogniser } from '../recogniser.js';
import type { SignaturePlatform } from '../signature-platform.js';
import type { StatusList } from '../status-list/status-list.js';
import { parseStatusListUri } from '../status-list/status-list-place.js';
import type { SourceFacts, VerdictFacts } from '../verdict.js';
import type { PackageParts } from './package-parts.js';

/** A province as the package knows it: its standing, and which scanned texts are its own. */
export interface PackagedProvince {
  readonly code: ProvinceCode;
  readonly standing: 'admitted' | 'suspended';
  readonly recognisers: readonly Recogniser[];
}

/** What more is known of a statement that others were made from. */
export type PackagedSource = Pick<SourceFacts, 'keyRevoked'> & { readonly expiresAt: number };

/** 离线核验包 as it is used: every part checked, every list verified, and found without searching. Never changed; a new one takes its place. */
export interface OfflinePackage {
  readonly version: number;
  /** When the hub made it; seconds since the epoch. */
  readonly madeAt: number;
  /** Seconds by which the hub's clock is ahead of this one, as measured at the last contact; absent where there was none. */
  readonly clockOffset?: number;
  readonly parts: PackageParts;
  /** By `uri`. */
  readonly lists: ReadonlyMap<string, StatusList>;
  readonly ring: ProvinceKeyRing;
  readonly limits: NonNullable<VerdictFacts['limits']>;
  readonly provinces: ReadonlyMap<string, PackagedProvince>;
  isRuleRegistered(issuer: string, id: string, version: string): boolean;
  /** When everything the province has issued was last known to be held by the hub; seconds, 0 = never. */
  feedConfirmedAt(issuer: string): number;
  isContradicted(issuer: string, sequence: number): boolean;
  /** SHA-256, in base64url, of the payload that the ledger holds under a number that was given twice; undefined of any other. */
  equivocated(issuer: string, sequence: number): string | undefined;
  findSource(issuer: string, sequence: number): PackagedSource | undefined;
}

/** What a package is opened from. */
export interface PackageInput {
  readonly version: number;
  readonly madeAt: number;
  readonly parts: PackageParts;
  /** By `uri`; each verified against the keys of `parts`. */
  readonly lists: ReadonlyMap<string, StatusList>;
}

/** Finds entries about single statements. Asked for every person who passes: no text is put together for it. */
function byNumber<Entry extends { readonly issuer: string; readonly sequence: number }>(entries: readonly Entry[]): (issuer: string, sequence: number) => Entry | undefined {
  const byIssuer = new Map<string, Map<number, Entry>>();
  for (const entry of entries) {
    const ofIssuer = byIssuer.get(entry.issuer) ?? new Map<number, Entry>();
    byIssuer.set(entry.issuer, ofIssuer.set(entry.sequence, entry));
  }
  return (issuer, sequence) => byIssuer.get(issuer)?.get(sequence);
}

/**
 * A package out of its parts.
 *
 * @throws {AttestationError} PACKAGE_EMPTY where no admitted province has a key that signs: an empty package would turn
 * everybody away, and is never the state of the country; PACKAGE_INVALID for a key that is none, a province or a number that stands there twice, or a list
 * under another's name.
 */
export async function openPackage(input: PackageInput, platform?: SignaturePlatform): Promise<OfflinePackage> {
  const { version, madeAt, parts, lists } = input;
  const { exceptions } = parts;
  const provinces = indexOf(parts.provinces.provinces, ({ code }) => code);
  const keys = await packageKeys(parts, platform);
  if (!keys.some(({ use, province }) => use === 'sig' && provinces.get(province)?.standing === 'admitted')) {
    throw new AttestationError('PACKAGE_EMPTY', 'no admitted province has a key that signs');
  }
  for (const [uri, list] of lists) {
    if (list.uri !== uri || parseStatusListUri(uri)?.issuer !== list.issuer) throw invalid('a status list stands under the name of another');
  }
  const rules = new Map<string, PackageParts['provinces']['provinces'][number]['rules']>(parts.provinces.provinces.map((one) => [one.code, one.rules]));
  const feeds: ReadonlyMap<string, { readonly confirmedAt: number }> = indexOf(parts.feeds.feeds, ({ issuer }) => issuer);
  indexOf(exceptions.equivocations, ({ issuer, sequence }) => `${issuer}:${String(sequence)}`);
  const findConflict = byNumber(exceptions.conflicts);
  const findSource = byNumber(exceptions.sources);
  const findEquivocation = byNumber(exceptions.equivocations);
  return {
    version,
    madeAt,
    parts,
    lists,
    ring: createKeyRing(keys),
    limits: parts.policies.freshness.limits,
    provinces,
    isRuleRegistered: (issuer, id, ruleVersion) => rules.get(issuer)?.some((rule) => rule.id === id && rule.version === ruleVersion) ?? false,
    feedConfirmedAt: (issuer) => feeds.get(issuer)?.confirmedAt ?? 0,
    isContradicted: (issuer, sequence) => findConflict(issuer, sequence) !== undefined,
    equivocated: (issuer, sequence) => findEquivocation(issuer, sequence)?.contentDigest,
    findSource: (issuer, sequence) => {
      const found = findSource(issuer, sequence);
      return found && { keyRevoked: found.keyRevoked, expiresAt: found.expiresAt ?? Infinity };
    },
  };
}

/** The same package with another state of one of its lists. Never an older one: who holds it compares. */
export function withList(pkg: OfflinePackage, list: StatusList): OfflinePackage {
  return { ...pkg, lists: new Map(pkg.lists).set(list.uri, list) };
}

/**
 * The keys that a package registers, with the moment since which one may be in other hands: what its status lists are verified with.
 *
 * @throws {AttestationError} PACKAGE_INVALID
 */
export async function packageKeys(parts: Pick<PackageParts, 'provinces'>, platform?: SignaturePlatform): Promise<readonly ProvinceKey[]> {
  const registered = parts.provinces.provinces.flatMap(({ code, keys }) => keys.map((key) => ({ code, ...key })));
  const keys = await Promise.all(
    registered.map(async ({ code, jwk, revokedFrom }): Promise<ProvinceKey> => {
      try {
        const key = await importProvinceKey(jwk, code, platform);
        return revokedFrom === undefined ? key : { ...key, revokedFrom };
      } catch (cause) {
        throw new AttestationError('PACKAGE_INVALID', `a key of ${code} is none`, { cause });
      }
    }),
  );
  // One key of two provinces would let one speak for the other, whichever is found first.
  indexOf(keys, ({ kid }) => kid);
  return keys;
}

function indexOf<Entry>(entries: readonly Entry[], keyOf: (entry: Entry) => string): ReadonlyMap<string, Entry> {
  const index = new Map(entries.map((entry) => [keyOf(entry), entry]));
  if (index.size !== entries.length) throw invalid('an entry stands there twice');
  return index;
}

const invalid = (message: string): AttestationError => new AttestationError('PACKAGE_INVALID', message);
