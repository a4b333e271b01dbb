import { FRESHNESS_POLICY, type PackageParts, type ProvinceCode, type RegionalPolicy } from '@health-code/attestation';
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
  /** Statements that another province contradicts, or whose source says something else. */
  readonly conflicts: Iterable<StatementIdentity>;
  readonly equivocations: readonly EquivocatedStatement[];
  readonly lists: readonly NamedStatusList[];
  /** Entries of the ledger. */
  readonly ledgerEntries: number;
}

type Standing = 'admitted' | 'suspended';

const compare = (one: string | number, other: string | number): number => {
  if (one === other) return 0;
  return one < other ? -1 : 1;
};

/** In the order of these columns, so that equal content is equal bytes whatever order it was read in. */
function ordered<Row>(rows: Iterable<Row>, ...columns: readonly ((row: Row) => string | number)[]): Row[] {
  return [...rows].sort((one, other) => {
    for (const column of columns) {
      const order = compare(column(one), column(other));
      if (order !== 0) return order;
    }
    return 0;
  });
}

const kidOf = (jwk: object): string => String((jwk as { readonly kid?: unknown }).kid);

function keysOf(registry: PackagedRegistry, province: string): PackageParts['provinces']['provinces'][number]['keys'] {
  const signing = new Map(registry.findSigningKeys(province).map((key) => [key.kid, key.revokedFrom]));
  const jwks = registry.findKeySet(province).keys.filter((jwk) => signing.has(kidOf(jwk)));
  return ordered(jwks, kidOf).map((jwk) => {
    const revokedFrom = signing.get(kidOf(jwk));
    // `exp` of the JWK says when the key ends; members in the order of their names, whoever wrote them.
    const members = Object.fromEntries(Object.entries(jwk).sort(([one], [other]) => compare(one, other)));
    return { jwk: members, ...(revokedFrom === undefined ? {} : { revokedFrom: Math.floor(revokedFrom) }) };
  });
}

const recogniserOf = ({ prefix, infix, minLength, maxLength }: Recogniser): Recogniser => ({ prefix, infix, minLength, maxLength });

/** 成员、公钥、规则: provinces that may speak or could until they were suspended. One that has left is not named: offline it is nobody. */
function provincesOf(registry: PackagedRegistry): PackageParts['provinces'] {
  const listed = registry.provinces().filter((province): province is typeof province & { readonly standing: Standing } => province.standing !== 'left');
  return {
    provinces: ordered(listed, ({ code }) => code).map(({ code, standing, recognisers }) => ({
      code,
      standing,
      keys: keysOf(registry, code),
      rules: ordered(registry.findRules(code), ({ id }) => id, ({ version }) => version).map(({ id, version }) => ({ id, version })),
      recognisers: ordered(recognisers.map(recogniserOf), ({ prefix }) => prefix, ({ infix }) => infix),
    })),
  };
}

const policyOf = ({ id, version, receiver, issuers, effectiveFrom, effectiveUntil }: RegionalPolicy): RegionalPolicy => ({
  id, version, receiver, issuers: ordered(issuers, (code) => code), effectiveFrom, effectiveUntil,
});

function textsOf(registry: PackagedRegistry, provinces: PackageParts['provinces']): PackageParts['texts'] {
  const rules = provinces.provinces.flatMap(({ code }) => registry.findRules(code).map(({ id, version, title }) => ({ issuer: code, id, version, title })));
  return {
    reasons: ordered(REASON_TEXTS, ({ code }) => code).map(({ code, zh, en, guidanceZh, guidanceEn }) => ({ code, zh, en, guidanceZh, guidanceEn })),
    rules: ordered(rules, ({ issuer }) => issuer, ({ id }) => id, ({ version }) => version),
  };
}

/**
 * The parts of an offline package, as the hub knows things at `madeAt` (seconds since the epoch). Pure: equal content gives equal
 * parts, and {@link encodePackagePart} equal bytes.
 */
export function buildPackageParts(content: PackageContent, madeAt: number): PackageParts {
  const { registry, feeds, policies, conflicts, equivocations, lists, ledgerEntries } = content;
  const provinces = provincesOf(registry);
  const isNamed = new Set<string>(provinces.provinces.map(({ code }) => code));
  const ofNamed = ({ issuer }: { readonly issuer: string }): boolean => isNamed.has(issuer);
  return {
    provinces,
    feeds: {
      feeds: ordered(feeds.filter((feed) => ofNamed(feed) && feed.confirmedAt > 0), ({ issuer }) => issuer).map(({ issuer, confirmedAt }) => ({
        issuer: issuer as ProvinceCode,
        confirmedAt: Math.floor(confirmedAt),
      })),
    },
    policies: {
      freshness: FRESHNESS_POLICY,
      regional: ordered(policies.filter(({ effectiveUntil }) => effectiveUntil > madeAt).map(policyOf), ({ id }) => id, ({ version }) => version),
    },
    texts: textsOf(registry, provinces),
    exceptions: {
      conflicts: ordered([...conflicts].filter(ofNamed), ({ issuer }) => issuer, ({ sequence }) => sequence).map(({ issuer, sequence }) => ({
        issuer: issuer as ProvinceCode,
        sequence,
      })),
      equivocations: ordered(equivocations.filter(ofNamed), ({ issuer }) => issuer, ({ sequence }) => sequence).map(({ issuer, sequence, contentDigest }) => ({
        issuer: issuer as ProvinceCode,
        sequence,
        contentDigest,
      })),
    },
    statusLists: {
      lists: ordered(lists.filter(ofNamed), ({ issuer }) => issuer, ({ shard }) => shard).map(({ uri, issuer, shard, version, issuedAt, size, digest }) => ({
        uri, issuer: issuer as ProvinceCode, shard, version, issuedAt, size, digest,
      })),
    },
    ledger: { entries: ledgerEntries, madeAt },
  };
}

/** What is signed as the target `name` of the package: JSON in UTF-8, without spaces. */
export const encodePackagePart = (part: PackageParts[keyof PackageParts]): Uint8Array => Buffer.from(JSON.stringify(part), 'utf8');
