import { BEIJING, GUIZHOU, NOW, sampleClaims, testSalt } from '../attestation.fixture.js';
import type { HealthStatusAttestation } from '../attestation.js';
import type { HolderDisclosures } from '../disclosure.js';
import { generateProvinceKey, importSigningKey, type SigningKey } from '../province-key.js';
import type { ProvinceCode } from '../province.js';
import { signAttestation, type SignedAttestation } from '../sign-attestation.js';
import { signStatusList, signStatusListDelta } from '../status-list/sign-status-list.js';
import { StatusBits } from '../status-list/status-bits.js';
import { statusListPlace, statusListUri } from '../status-list/status-list-place.js';
import { STATUS_LIST_MAX_LIFETIME_SECONDS, STATUS_VALUES, type ListedStatus, type StatusList } from '../status-list/status-list.js';
import { verifyStatusList } from '../status-list/verify-status-list.js';
import { FRESHNESS_LIMITS } from '../verdict-policy.js';
import { createKeyRing } from '../province-key.js';
import { openPackage, packageKeys, type OfflinePackage } from './offline-package.js';
import { encodePackagePart, PACKAGE_PARTS, PACKAGE_TARGET_NAMES, type PackageParts } from './package-parts.js';
import type { PackageListing, PackageSource, PackageStore, StoredPackage } from './package-ports.js';

/** A province with a key of its own. */
export interface TestProvince {
  readonly code: ProvinceCode;
  readonly signing: SigningKey;
  readonly jwk: Record<string, unknown>;
}

export async function createProvince(code: ProvinceCode): Promise<TestProvince> {
  const { privateJwk, publicJwk } = await generateProvinceKey('sig');
  return { code, signing: await importSigningKey(privateJwk), jwk: { ...publicJwk } };
}

/** The provinces of the tests; one key each for all of them, since making keys takes time. */
export const PROVINCE = { guizhou: await createProvince(GUIZHOU), beijing: await createProvince(BEIJING) };

export const CHECKPOINT = { province: BEIJING, checkpointClass: 'transport' } as const;

/** A package in which both provinces are admitted, and nothing speaks against anybody. */
export function partsOf(change: Partial<PackageParts> = {}): PackageParts {
  return {
    provinces: {
      provinces: [PROVINCE.guizhou, PROVINCE.beijing].map(({ code, jwk }) => ({
        code,
        standing: 'admitted' as const,
        keys: [{ jwk }],
        rules: [{ id: 'guizhou-national', version: '1' }],
        recognisers: [{ prefix: `local-${code}-`, infix: '', minLength: 8, maxLength: 64 }],
      })),
    },
    feeds: { feeds: [GUIZHOU, BEIJING].map((issuer) => ({ issuer, confirmedAt: NOW })) },
    policies: { freshness: { version: 1, limits: { ...FRESHNESS_LIMITS } }, regional: [] },
    texts: { reasons: [], rules: [] },
    exceptions: { conflicts: [], equivocations: [], sources: [] },
    statusLists: { lists: [] },
    ledger: { entries: 10, madeAt: NOW },
    ...change,
  };
}

/** The province at `index` of a package with other members. */
export function withProvince(parts: PackageParts, index: number, change: Partial<PackageParts['provinces']['provinces'][number]>): PackageParts {
  return { ...parts, provinces: { provinces: parts.provinces.provinces.map((province, at) => (at === index ? { ...province, ...change } : province)) } };
}

/** A state of one province's first list. */
export interface ListState {
  readonly version: number;
  readonly issuedAt: number;
  /** By sequence number; all others are valid. */
  readonly statuses: Readonly<Record<number, ListedStatus>>;
}

export const FIRST: ListState = { version: 1, issuedAt: NOW, statuses: {} };

function bitsOf({ statuses }: ListState): StatusBits {
  const bits = StatusBits.create(8192);
  for (const [sequence, status] of Object.entries(statuses)) bits.set(Number(sequence) - 1, STATUS_VALUES[status]);
  return bits;
}

export function signList({ code, signing }: TestProvince, state: ListState): Promise<string> {
  const { version, issuedAt } = state;
  return signStatusList(bitsOf(state), { issuer: code, shard: 0, version, issuedAt, expiresAt: issuedAt + STATUS_LIST_MAX_LIFETIME_SECONDS, ttl: 300 }, signing);
}

export async function signDelta({ code, signing }: TestProvince, from: ListState, to: ListState): Promise<string> {
  const sequences = [...new Set([...Object.keys(from.statuses), ...Object.keys(to.statuses)])].map(Number);
  const changes = sequences.map((sequence) => [statusListPlace(code, sequence).index, STATUS_VALUES[to.statuses[sequence] ?? 'valid']] as const);
  const { version, issuedAt } = to;
  const bits = bitsOf(to);
  return signStatusListDelta(
    { issuer: code, shard: 0, from: from.version, version, issuedAt, expiresAt: issuedAt + STATUS_LIST_MAX_LIFETIME_SECONDS, size: bits.size, changes, digest: await bits.digest() },
    signing,
  );
}

/** How a package names a list. */
export async function nameList({ code }: TestProvince, state: ListState): Promise<PackageParts['statusLists']['lists'][number]> {
  const bits = bitsOf(state);
  return { uri: statusListUri(code), issuer: code, shard: 0, version: state.version, issuedAt: state.issuedAt, size: bits.size, digest: await bits.digest() };
}

/** An open package of these parts, with the given list of each province. */
export async function openWith(parts: PackageParts, states: { readonly guizhou?: ListState; readonly beijing?: ListState } = { guizhou: FIRST, beijing: FIRST }): Promise<OfflinePackage> {
  const ring = createKeyRing(await packageKeys(partsOf()));
  const lists = new Map<string, StatusList>();
  for (const name of ['guizhou', 'beijing'] as const) {
    const state = states[name];
    if (state === undefined) continue;
    const list = await verifyStatusList(await signList(PROVINCE[name], state), ring, NOW);
    lists.set(list.uri, list);
  }
  return openPackage({ version: 1, madeAt: parts.ledger.madeAt, parts, lists });
}

/** A green of Guizhou, an hour old. */
export function signGreen(change: Partial<HealthStatusAttestation> = {}, disclosures: HolderDisclosures = {}, by = PROVINCE.guizhou): Promise<SignedAttestation> {
  return signAttestation(sampleClaims({ issuer: by.code, issuedAt: NOW - 3600, since: NOW - 7200, ...change }), disclosures, by.signing, testSalt);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A hub as seen from outside, to be changed and broken by a test. */
export class FakeSource implements PackageSource {
  listing: PackageListing = { version: 0, madeAt: 0, targets: new Map() };
  readonly targets = new Map<string, Uint8Array>();
  readonly lists = new Map<string, string>();
  deltas: readonly string[] = [];
  theirClock: number | undefined;
  /** What was asked for, in order. */
  readonly asked: string[] = [];
  /** Thrown by the call of this name. */
  readonly failures = new Map<string, Error>();

  async publish(parts: PackageParts, version: number, madeAt = NOW): Promise<void> {
    for (const part of PACKAGE_PARTS) this.targets.set(PACKAGE_TARGET_NAMES[part], encodePackagePart(part, parts[part]));
    const described = [...this.targets].map(async ([name, bytes]) => [name, { sha256: hex(new Uint8Array(await crypto.subtle.digest('SHA-256', Buffer.from(bytes)))), length: bytes.length }] as const);
    this.listing = { version, madeAt, targets: new Map(await Promise.all(described)) };
  }

  refresh(): Promise<PackageListing> {
    return this.#answer('refresh', this.listing);
  }

  fetchTarget(name: string): Promise<Uint8Array> {
    return this.#answer(name, this.targets.get(name) ?? new Uint8Array());
  }

  fetchList(uri: string): Promise<string> {
    return this.#answer(uri, this.lists.get(uri) ?? '');
  }

  fetchDeltas(uri: string, after: number): Promise<{ readonly deltas: readonly string[] }> {
    return this.#answer(`${uri} after ${String(after)}`, { deltas: this.deltas });
  }

  serverTime(): number | undefined {
    return this.theirClock;
  }

  #answer<Answer>(name: string, answer: Answer): Promise<Answer> {
    this.asked.push(name);
    const failure = this.failures.get(name);
    return failure === undefined ? Promise.resolve(answer) : Promise.reject(failure);
  }
}

/** A store in memory, to be broken by a test. */
export class FakeStore implements PackageStore {
  stored: StoredPackage | undefined;
  isFull = false;
  isUnreadable = false;
  writes = 0;

  read(): Promise<StoredPackage | undefined> {
    return this.isUnreadable ? Promise.reject(new Error('cannot be read')) : Promise.resolve(this.stored);
  }

  replace(next: StoredPackage): Promise<void> {
    if (this.isFull) return Promise.reject(new Error('disk is full'));
    this.stored = next;
    this.writes += 1;
    return Promise.resolve();
  }
}
