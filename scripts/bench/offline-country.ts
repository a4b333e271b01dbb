import { createHash } from 'node:crypto';
import {
  encodePackagePart, FRESHNESS_POLICY, generateProvinceKey, importSigningKey, PACKAGE_PARTS, PACKAGE_TARGET_NAMES, RECOGNITION_NODES, signStatusList, signStatusListDelta,
  STATUS_LIST_MAX_LIFETIME_SECONDS, StatusBits, statusListUri, type PackageListing, type PackageParts, type PackageSource, type Province, type SigningKey,
} from '@health-code/attestation';

/** The 31 divisions of the mainland. */
const PROVINCES = RECOGNITION_NODES.slice(0, 31);

/** Of the country. */
export const ATTESTATIONS = 10_000_000;

const EACH = Math.ceil(ATTESTATIONS / PROVINCES.length);

/** Taken back and not expired, at any time; attestations stand for a day, so that in an hour a 24th of them comes and another goes. */
const SHARE = 0.01;

interface Member {
  readonly province: Province;
  readonly signing: SigningKey;
  readonly jwk: Record<string, unknown>;
  bits: StatusBits;
  version: number;
  snapshot: string;
  delta: string;
}

/** Numbers that are the same in every run. Numerical Recipes, 32 bits: plenty for choosing places. */
function* places(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield Math.floor((state / 2 ** 32) * EACH);
  }
}

const terms = (now: number) => ({ issuedAt: now, expiresAt: now + STATUS_LIST_MAX_LIFETIME_SECONDS, ttl: 300 });

/** A hub of the whole country as a checkpoint sees it, which counts the bytes it hands out; those of TUF metadata, some 4 kB a version, are not among them. */
export class OfflineCountry implements PackageSource {
  readonly #members: readonly Member[];
  readonly #random = places(3);
  readonly #targets = new Map<string, Uint8Array>();
  #listing: PackageListing = { version: 0, madeAt: 0, targets: new Map() };
  bytes = 0;

  private constructor(members: readonly Member[]) {
    this.#members = members;
  }

  static async create(now: number): Promise<OfflineCountry> {
    const members = PROVINCES.map(async (province): Promise<Member> => {
      const { privateJwk, publicJwk } = await generateProvinceKey('sig');
      return { province, signing: await importSigningKey(privateJwk), jwk: { ...publicJwk }, bits: StatusBits.create(EACH), version: 0, snapshot: '', delta: '' };
    });
    const country = new OfflineCountry(await Promise.all(members));
    for (const { bits } of country.#members) for (let set = 0; set < EACH * SHARE; set += 1) bits.set(country.#random.next().value, 1);
    await country.#publish(now);
    return country;
  }

  /** An hour later: a 24th of what was taken back has expired, and as much was taken back. */
  async passAnHour(now: number): Promise<void> {
    const turnover = Math.round((EACH * SHARE) / 24);
    for (const member of this.#members) {
      const changes = new Map<number, number>();
      for (let index = 0; index < EACH && changes.size < turnover; index += 1) if (member.bits.get(index) === 1) changes.set(index, 0);
      while (changes.size < 2 * turnover) changes.set(this.#random.next().value, 1);
      for (const [index, status] of changes) member.bits.set(index, status);
      const delta = { issuer: member.province.code, shard: 0, from: member.version, version: member.version + 1, ...terms(now), size: member.bits.size, changes: [...changes], digest: await member.bits.digest() };
      member.delta = await signStatusListDelta(delta, member.signing);
    }
    await this.#publish(now);
  }

  refresh(): Promise<PackageListing> {
    return Promise.resolve(this.#listing);
  }

  fetchTarget(name: string): Promise<Uint8Array> {
    const bytes = this.#targets.get(name) ?? new Uint8Array();
    this.bytes += bytes.length;
    return Promise.resolve(bytes);
  }

  fetchList(uri: string): Promise<string> {
    return Promise.resolve(this.#hand(this.#memberOf(uri)?.snapshot ?? ''));
  }

  fetchDeltas(uri: string): Promise<{ readonly deltas: readonly string[] }> {
    return Promise.resolve({ deltas: [this.#hand(this.#memberOf(uri)?.delta ?? '')] });
  }

  #memberOf(uri: string): Member | undefined {
    return this.#members.find(({ province }) => statusListUri(province.code) === uri);
  }

  #hand(token: string): string {
    this.bytes += token.length;
    return token;
  }

  async #publish(now: number): Promise<void> {
    for (const member of this.#members) {
      member.version += 1;
      member.snapshot = await signStatusList(member.bits, { issuer: member.province.code, shard: 0, version: member.version, ...terms(now) }, member.signing);
    }
    const parts = await this.#parts(now);
    for (const part of PACKAGE_PARTS) this.#targets.set(PACKAGE_TARGET_NAMES[part], encodePackagePart(part, parts[part]));
    const described = [...this.#targets].map(([name, bytes]) => [name, { sha256: createHash('sha256').update(bytes).digest('hex'), length: bytes.length }] as const);
    this.#listing = { version: this.#listing.version + 1, madeAt: now, targets: new Map(described) };
  }

  async #parts(now: number): Promise<PackageParts> {
    const issuers = this.#members.map(({ province }) => province.code);
    const named = this.#members.map(async ({ province: { code }, version, bits }) => ({
      uri: statusListUri(code), issuer: code, shard: 0, version, issuedAt: now, size: bits.size, digest: await bits.digest(),
    }));
    const rules = ['a', 'b', 'c'].map((id) => ({ id: `rule-${id}`, version: '1' }));
    const text = '确诊病例的密切接触者，集中隔离医学观察。';
    return {
      provinces: {
        provinces: this.#members.map(({ province: { code }, jwk }) => ({
          code, standing: 'admitted', keys: [{ jwk }], rules, recognisers: ['v1', 'v2'].map((form) => ({ prefix: `https://code.example.${code}.cn/${form}/`, infix: '', minLength: 40, maxLength: 200 })),
        })),
      },
      feeds: { feeds: issuers.map((issuer) => ({ issuer, confirmedAt: now })) },
      policies: { freshness: { version: FRESHNESS_POLICY.version, limits: { ...FRESHNESS_POLICY.limits } }, regional: [] },
      texts: {
        reasons: Array.from({ length: 40 }, (_, at) => ({ code: `REASON_${String(at)}`, zh: text, en: 'Close contact of a confirmed case: centralised isolation.', guidanceZh: text, guidanceEn: 'Follow the procedure of the place.' })),
        rules: issuers.flatMap((issuer) => rules.map((rule) => ({ issuer, ...rule, title: '健康码赋码规则' }))),
      },
      exceptions: { conflicts: issuers.flatMap((issuer) => Array.from({ length: 10 }, (_, at) => ({ issuer, sequence: 1 + at * 1000 }))), equivocations: [], sources: [] },
      statusLists: { lists: await Promise.all(named) },
      ledger: { entries: ATTESTATIONS, madeAt: now },
    };
  }
}
