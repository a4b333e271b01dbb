import type { ProvinceCode, ProvinceKey, ProvinceKeyRing } from '@health-code/attestation';

/** Says which scanned texts are codes of one province; literal, never a pattern. Lengths in bytes, both ends included. */
export interface Recogniser {
  readonly prefix: string;
  /** Text that must occur after the prefix; empty means none is asked for. */
  readonly infix: string;
  readonly minLength: number;
  readonly maxLength: number;
}

/** Whether a province may speak. A suspended one keeps its keys: what it signed can still be checked. */
export type Standing = 'admitted' | 'suspended';

/** A province as admitted by the operator and stated by its own adapter. Times in seconds since the epoch. */
export interface RegisteredProvince {
  readonly code: ProvinceCode;
  readonly standing: Standing;
  /** How every code of the province must begin, one of these; absent, it may claim any beginning that is still free. */
  readonly codePrefixes?: readonly string[];
  /** Whether its adapter has ever registered. */
  readonly registered: boolean;
  readonly recognisers: readonly Recogniser[];
  /** Key personal payloads are encrypted to: the first one of its last registration. */
  readonly encryptionKey?: ProvinceKey;
  readonly lastHeartbeatAt?: number;
}

/** A province that may speak, or one that has left: what it signed can still be checked, and its codes are still known as its own. */
export type ListedProvince = Omit<RegisteredProvince, 'standing'> & { readonly standing: Standing | 'left' };

/** A kind of dated facts that a rule looks at beside the person's own record. */
export type CitedFact = 'regional-risk-level';

/** 赋码规则: a rule that attestations of one province may cite. */
export interface RegisteredRule {
  readonly province: ProvinceCode;
  readonly id: string;
  readonly version: string;
  /** 规则名称. */
  readonly title: string;
  /** Each once, in the order of their names. */
  readonly facts: readonly CitedFact[];
}

/** The whole registry as read from the database in one snapshot. */
export interface RegistryContent {
  readonly provinces: readonly ListedProvince[];
  /** Newest statement first, those given up last; such a one ends (`notAfter`) when it was given up. */
  readonly keys: readonly ProvinceKey[];
  /** The same keys as JWKs (RFC 7517), by key id; `exp` says when one ends. */
  readonly publicKeys: ReadonlyMap<string, object>;
  readonly rules: readonly RegisteredRule[];
}

const ruleKey = (province: string, id: string, version: string): string => JSON.stringify([province, id, version]);

const maySpeak = (province: ListedProvince): province is RegisteredProvince => province.standing !== 'left';

const speaking = (provinces: readonly ListedProvince[]): ReadonlyMap<string, RegisteredProvince> =>
  new Map(provinces.filter(maySpeak).map((province) => [province.code, province]));

/**
 * The registry in memory, so that no verification waits for the database. Replaced as a whole after each committed
 * change: a reader sees the old content or the new one, never a mixture.
 */
export class LiveRegistry implements ProvinceKeyRing {
  #provinces: ReadonlyMap<string, RegisteredProvince> = new Map();
  #list: readonly ListedProvince[] = [];
  #keys: ReadonlyMap<string, ProvinceKey> = new Map();
  #publicKeys: ReadonlyMap<string, object> = new Map();
  #rules: ReadonlyMap<string, RegisteredRule> = new Map();
  #version = 0;

  /** Changes whenever content changes; a heartbeat is no change. */
  get version(): number {
    return this.#version;
  }

  /** Signature and encryption keys, former ones included; verifyAttestation refuses the wrong use. */
  find(kid: string): ProvinceKey | undefined {
    return this.#keys.get(kid);
  }

  /** The province of a GB/T 2260 code, unless it was never admitted or has left. */
  findProvince(code: string): RegisteredProvince | undefined {
    return this.#provinces.get(code);
  }

  /** Every province that is or was admitted, in the order of their codes. */
  provinces(): readonly ListedProvince[] {
    return this.#list;
  }

  /** Every public key of one province as a JWK Set (RFC 7517 5), former ones included, newest statement first, and last those given up. */
  findKeySet(province: string): { readonly keys: readonly object[] } {
    const own = [...this.#keys.values()].filter((key) => key.province === province);
    return { keys: own.flatMap((key) => this.#publicKeys.get(key.kid) ?? []) };
  }

  /** Keys of one province that sign, former ones included, in the order of {@link findKeySet}. */
  findSigningKeys(province: string): readonly ProvinceKey[] {
    return [...this.#keys.values()].filter((key) => key.province === province && key.use === 'sig');
  }

  /** Whether the province registered this version of the rule. */
  isRuleRegistered(province: string, ruleId: string, ruleVersion: string): boolean {
    return this.#rules.has(ruleKey(province, ruleId, ruleVersion));
  }

  /** Every version of every rule that the province has registered, in the order of their names. */
  findRules(province: string): readonly RegisteredRule[] {
    return [...this.#rules.values()].filter((rule) => rule.province === province);
  }

  /** Puts `content` in the place of everything known so far. */
  replace(content: RegistryContent): void {
    this.#list = content.provinces;
    this.#provinces = speaking(content.provinces);
    this.#keys = new Map(content.keys.map((key) => [key.kid, key]));
    this.#publicKeys = content.publicKeys;
    this.#rules = new Map(content.rules.map((rule) => [ruleKey(rule.province, rule.id, rule.version), rule]));
    this.#version += 1;
  }

  /** Notes that the adapter of `code` was heard from at `at`, in seconds; an unknown province is left alone. */
  recordHeartbeat(code: string, at: number): void {
    const province = this.#provinces.get(code);
    if (province === undefined || at <= (province.lastHeartbeatAt ?? 0)) return;
    const heard = { ...province, lastHeartbeatAt: at };
    this.#list = this.#list.map((other) => (other === province ? heard : other));
    this.#provinces = speaking(this.#list);
  }
}
