import { importProvinceKey, type ProvinceKey } from '@health-code/attestation';
import type { LiveRegistry, ListedProvince, RegistryContent } from './registry.js';
import type { RegistryPulse, StoredKey, StoredRegistry } from './stored-registry.js';

/** The stored registry, as far as loading needs it. */
export interface RegistryReader {
  readPulse(): Promise<RegistryPulse>;
  readAll(): Promise<StoredRegistry>;
}

/** `key`, which ends when it was given up or revoked, or when its province said at its registration, whichever comes first. */
function ending(key: ProvinceKey, { retiredAt = Infinity, revokedFrom }: StoredKey): ProvinceKey {
  const notAfter = Math.floor(Math.min(retiredAt, revokedFrom ?? Infinity, key.notAfter ?? Infinity));
  return { ...key, ...(notAfter === Infinity ? {} : { notAfter }), ...(revokedFrom === undefined ? {} : { revokedFrom }) };
}

/** Keeps a {@link LiveRegistry} equal to what is committed, by this process or by another replica. */
export class RegistryLoader {
  readonly #reader: RegistryReader;
  readonly #registry: LiveRegistry;
  /** Importing a key costs more than the rest of a reload, and it never changes; when it ends may. */
  readonly #imported = new Map<string, ProvinceKey>();
  #revision = -1;
  #last: Promise<void> = Promise.resolve();
  readonly #followers: (() => Promise<void>)[] = [];

  constructor(reader: RegistryReader, registry: LiveRegistry) {
    this.#reader = reader;
    this.#registry = registry;
  }

  /** `reload` is called with each new revision, before anybody is told that it is in force; when it fails, all of it is read again. */
  follow(reload: () => Promise<void>): void {
    this.#followers.push(reload);
  }

  /** Brings the registry up to date. Calls follow one another, so that an older state never replaces a newer one. */
  refresh(): Promise<void> {
    const next = this.#last.catch(() => undefined).then(() => this.#refresh());
    this.#last = next;
    return next;
  }

  async #refresh(): Promise<void> {
    const pulse = await this.#reader.readPulse();
    if (pulse.revision !== this.#revision) {
      const stored = await this.#reader.readAll();
      const content = await this.#build(stored);
      for (const reload of this.#followers) await reload();
      this.#registry.replace(content);
      this.#revision = stored.revision;
    }
    for (const { code, at } of pulse.heartbeats) this.#registry.recordHeartbeat(code, at);
  }

  async #build(stored: StoredRegistry): Promise<RegistryContent> {
    const keys = await Promise.all(stored.keys.map(async (key) => ending(await this.#import(key), key)));
    const provinces = stored.provinces.map((province): ListedProvince => {
      const encryptionKey = keys.find((key) => key.province === province.code && key.use === 'enc');
      return {
        ...province,
        recognisers: stored.recognisers
          .filter((recogniser) => recogniser.province === province.code)
          .map(({ prefix, infix, minLength, maxLength }) => ({ prefix, infix, minLength, maxLength })),
        ...(encryptionKey === undefined ? {} : { encryptionKey }),
      };
    });
    const ends = new Map(keys.map(({ kid, notAfter }) => [kid, notAfter]));
    const publicKeys = new Map(stored.keys.map(({ kid, jwk }) => [kid, ends.get(kid) === undefined ? jwk : { ...jwk, exp: ends.get(kid) }]));
    return { provinces, keys, publicKeys, rules: stored.rules };
  }

  async #import(stored: StoredKey): Promise<ProvinceKey> {
    const known = this.#imported.get(stored.kid);
    if (known !== undefined) return known;
    const key = await importProvinceKey(stored.jwk, stored.province);
    this.#imported.set(key.kid, key);
    return key;
  }
}
