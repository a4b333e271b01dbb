import type { ProvinceKeyRing } from '@health-code/attestation';

/** 作废密钥, as the registry in memory knows them. */
export class RevokedKeys {
  readonly #keys: ProvinceKeyRing;

  constructor(keys: ProvinceKeyRing) {
    this.#keys = keys;
  }

  /**
   * Whether what the hub took in at `at` (milliseconds since the epoch), signed with this key, does not stand. Of a key that
   * was revoked twice the earlier moment counts.
   */
  isRevoked(kid: string, at: number): boolean {
    const from = this.#keys.find(kid)?.revokedFrom;
    return from !== undefined && at >= from * 1000;
  }
}
