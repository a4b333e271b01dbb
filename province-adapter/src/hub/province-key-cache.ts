import { createKeyRing, importProvinceKey, isProvinceCode, type ProvinceKey, type ProvinceKeyRing } from '@health-code/attestation';
import type { v1 } from '@health-code/messages';
import { z } from 'zod';
import { AdapterError } from '../errors.js';

/** How long a copy is used without asking, in milliseconds: no longer than a retired key may pass for one in use. */
export const KEY_COPY_LIFETIME_MS = 30_000;

/** Shortest time between two questions about unknown keys, in milliseconds: anybody can invent a key id. */
export const UNKNOWN_KEY_PAUSE_MS = 2000;

const JWK_SET = z.object({ keys: z.array(z.unknown()).max(256) });

function parseJwkSet(text: string | null | undefined): readonly unknown[] {
  try {
    return JWK_SET.parse(JSON.parse(text ?? '')).keys;
  } catch {
    return [];
  }
}

/**
 * The signature keys of admitted provinces out of the hub's list. A key that is none is left out: one province's fault must
 * not cost the others their recognition.
 */
export async function readSignatureKeys(provinces: readonly v1.IProvince[]): Promise<readonly ProvinceKey[]> {
  const keys: ProvinceKey[] = [];
  for (const { code, standing, jwks } of provinces) {
    if (standing !== 'admitted' || !isProvinceCode(code ?? '')) continue;
    for (const jwk of parseJwkSet(jwks)) {
      const key = await importProvinceKey(jwk, code as ProvinceKey['province']).catch(() => undefined);
      if (key?.use === 'sig') keys.push(key);
    }
  }
  return keys;
}

/** What the cache is made of. */
export interface ProvinceKeyCacheOptions {
  readonly listProvinces: () => Promise<readonly v1.IProvince[]>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The public keys of all provinces, for verifying what others state. The last good copy stays while the hub is away. */
export class ProvinceKeyCache {
  #ring: ProvinceKeyRing | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<ProvinceKeyRing> | undefined;

  constructor(private readonly options: ProvinceKeyCacheOptions) {}

  /** A ring that holds `kid` if any province registered it. @throws AdapterError HUB_UNREACHABLE where no copy is known */
  async ringFor(kid: string): Promise<ProvinceKeyRing> {
    const age = this.options.now() - this.#readAt;
    const isKnown = this.#ring?.find(kid) !== undefined;
    if (this.#ring !== undefined && age < (isKnown ? KEY_COPY_LIFETIME_MS : UNKNOWN_KEY_PAUSE_MS)) return this.#ring;
    try {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = undefined;
      });
      return await this.#reading;
    } catch (cause) {
      if (this.#ring !== undefined && isKnown) return this.#ring;
      throw cause instanceof AdapterError ? cause : new AdapterError('HUB_UNREACHABLE', 'the keys of the provinces cannot be read', { cause });
    }
  }

  async #read(): Promise<ProvinceKeyRing> {
    const keys = await readSignatureKeys(await this.options.listProvinces());
    // An empty list is not a good copy.
    if (keys.length === 0) throw new AdapterError('HUB_UNREACHABLE', 'the hub lists no key of any province');
    this.#readAt = this.options.now();
    this.#ring = createKeyRing(keys);
    return this.#ring;
  }
}
