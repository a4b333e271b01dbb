import { encodePackagePart, FRESHNESS_POLICY, PACKAGE_PARTS, PACKAGE_TARGET_NAMES, type PackageParts, type ProvinceCode, type RegionalPolicy } from '@health-code/attestation';
import type { FeedSnapshot } from '../ingest/feed-state.js';
import type { ListedProvince, Recogniser, RegisteredRule } from '../registry/registry.js';
import { REASON_TEXTS } from './reason-texts.js';

/** What of the registry goes into the package; {@link LiveRegistry} satisfies it. */
export interface PackagedRegistry {
  provinces(): readonly Pick<ListedProvince, 'code' | 'standing' | 'recognisers'>[];
  findSigningKeys(province: string): readonly { readonly kid: string; readonly revokedFrom?: number }[];
  findKeySet(province: string): { readonly keys: readonly object[] };
  findRules(province: string): readonly RegisteredRule[];
}

/** A statement by its identity. */
export interface StatementIdentity {
  readonly issuer: string;
  readonly sequence: number;
}

/** 一号多签: an identity under which its issuer has signed more than one text, and the one that the ledger holds. */
export interface EquivocatedStatement extends StatementIdentity {
  /** SHA-256 of the signed payload of the one in the ledger, base64url. */
  readonly contentDigest: string;
}

/** A statement that others were made from, where more is known of it than those others say. */
export interface NotedSource extends StatementIdentity {
  readonly keyRevoked: boolean;
  /** Of the source itself, seconds since the epoch; where what was made from it claims to last longer. */
  readonly expiresAt?: number;
}

/** What only the ledger tells of statements. */
export interface PackagedExceptions {
  /** Statements that another province contradicts, or whose source says something else. */
  readonly conflicts: readonly StatementIdentity[];
  readonly equivocations: readonly EquivocatedStatement[];
  readonly sources: readonly NotedSource[];
}

/** A status list as the package names it; the list itself is fetched beside the package. Times in seconds since the epoch. */
export interface NamedStatusList {
  readonly uri: string;
  readonly issuer: string;
  readonly shard: number;
  readonly version: number;
  readonly issuedAt: number;
  /** Entries. */
  readonly size: number;
  /** SHA-256 of the uncompressed bits, base64url. */
  readonly digest: string;
}

/** Everything that a package is made of. */
export interface PackageContent {
  readonly registry: PackagedRegistry;
  readonly feeds: readonly Pick<FeedSnapshot, 'issuer' | 'confirmedAt'>[];
  /** Approved regional rules, those that have ended included. */
  readonly policies: readonly RegionalPolicy[];
  readonly exceptions: PackagedExceptions;
  readonly lists: readonly NamedStatusList[];
  /** Entries of the ledger. */
  readonly ledgerEntries: number;
}

type Standing = 'admitted' | 'suspended';
type PackagedProvince = PackageParts['provinces']['provinces'][number];

/** Keys that sign, those given up included: what they signed is still shown. `exp` of a JWK says when it ends. */
function keysOf(registry: PackagedRegistry, province: string): PackagedProvince['keys'] {
  const signing = new Map(registry.findSigningKeys(province).map((key) => [key.kid, key.revokedFrom]));
  return registry.findKeySet(province).keys.flatMap((key) => {
    const jwk = Object.fromEntries(Object.entries(key));
    const kid = String(jwk['kid']);
    if (!signing.has(kid)) return [];
    const revokedFrom = signing.get(kid);
    return [{ jwk, ...(revokedFrom === undefined ? {} : { revokedFrom: Math.floor(revokedFrom) }) }];
  });
}

const recogniserOf = ({ prefix, infix, minLength, maxLength }: Recogniser): Recogniser => ({ prefix, infix, minLength, maxLength });

/** 成员、公钥、规则: provinces that may speak or could until they were suspended. One that has left is not named: offline it is nobody. */
function provincesOf(registry: PackagedRegistry): PackageParts['provinces'] {
  const listed = registry.provinces().filter((province): province is typeof province & { readonly standing: Standing } => province.standing !== 'left');
  return {
    provinces: listed.map(({ code, standing, recognisers }) => ({
      code,
      standing,
      keys: keysOf(registry, code),
      rules: registry.findRules(code).map(({ id, version }) => ({ id, version })),
      recognisers: recognisers.map(recogniserOf),
    })),
  };
}

const policyOf = ({ id, version, receiver, issuers, effectiveFrom, effectiveUntil }: RegionalPolicy): PackageParts['policies']['regional'][number] => ({
  id, version, receiver, issuers: [...issuers], effectiveFrom, effectiveUntil,
});

/** What a reader of the package takes for a text: nothing that turns the direction of reading. One title must not keep the country from its package. */
const SHOWN_TEXT = /^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]{0,512}$/u;

function textsOf(registry: PackagedRegistry, { provinces }: PackageParts['provinces']): PackageParts['texts'] {
  return {
    reasons: REASON_TEXTS.map((text) => ({ ...text })),
    rules: provinces.flatMap(({ code }) =>
      registry.findRules(code).flatMap(({ id, version, title }) => (SHOWN_TEXT.test(title) ? [{ issuer: code, id, version, title }] : [])),
    ),
  };
}

/**
 * The parts of an offline package, as the hub knows things at `madeAt` (seconds since the epoch). Pure; equal content becomes equal
 * bytes in `encodePackagePart`, whatever order it was read in.
 */
export function buildPackageParts(content: PackageContent, madeAt: number): PackageParts {
  const { registry, feeds, policies, exceptions, lists, ledgerEntries } = content;
  const provinces = provincesOf(registry);
  const isNamed = new Set<string>(provinces.provinces.map(({ code }) => code));
  const ofNamed = <Row extends { readonly issuer: string }>(row: Row): row is Row & { readonly issuer: ProvinceCode } => isNamed.has(row.issuer);
  return {
    provinces,
    feeds: { feeds: feeds.filter(ofNamed).filter(({ confirmedAt }) => confirmedAt > 0).map(({ issuer, confirmedAt }) => ({ issuer, confirmedAt: Math.floor(confirmedAt) })) },
    policies: {
      freshness: { version: FRESHNESS_POLICY.version, limits: { ...FRESHNESS_POLICY.limits } },
      regional: policies.filter(({ effectiveUntil }) => effectiveUntil > madeAt).map(policyOf),
    },
    texts: textsOf(registry, provinces),
    exceptions: {
      conflicts: exceptions.conflicts.filter(ofNamed).map(({ issuer, sequence }) => ({ issuer, sequence })),
      equivocations: exceptions.equivocations.filter(ofNamed).map(({ issuer, sequence, contentDigest }) => ({ issuer, sequence, contentDigest })),
      sources: exceptions.sources.filter(ofNamed).map(({ issuer, sequence, keyRevoked, expiresAt }) => ({
        issuer, sequence, keyRevoked, ...(expiresAt === undefined ? {} : { expiresAt }),
      })),
    },
    statusLists: { lists: lists.filter(ofNamed).map(({ uri, issuer, shard, version, issuedAt, size, digest }) => ({ uri, issuer, shard, version, issuedAt, size, digest })) },
    ledger: { entries: ledgerEntries, madeAt },
  };
}

/** The targets that such parts are signed as, by name. @throws AttestationError PACKAGE_INVALID where a reader would not take one */
export const encodePackage = (parts: PackageParts): ReadonlyMap<string, Uint8Array> =>
  new Map(PACKAGE_PARTS.map((part) => [PACKAGE_TARGET_NAMES[part], encodePackagePart(part, parts[part])]));
