/** A signing key that was in other hands. Times in milliseconds since the epoch. */
export interface KeyRevocation {
  /** From 1, growing. */
  readonly id: number;
  /** GB/T 2260 code of whom the key belongs to. */
  readonly issuer: string;
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  /** Since when what was signed with it does not stand. */
  readonly revokedFrom: number;
}

/**
 * 作废密钥 in memory. Of a key that was revoked twice the earlier moment counts: a province that looks closer may find that
 * the thief had come sooner, and never that a revocation was no revocation.
 */
export class RevokedKeys {
  #from: ReadonlyMap<string, number> = new Map();
  #list: readonly KeyRevocation[] = [];

  /** Whether what the hub took in at `at` (milliseconds since the epoch), signed with this key, does not stand. */
  isRevoked(kid: string, at: number): boolean {
    const from = this.#from.get(kid);
    return from !== undefined && at >= from;
  }

  /** Whether the key was revoked at all: nothing that comes from now on may be signed with it, whatever date it bears. */
  has(kid: string): boolean {
    return this.#from.has(kid);
  }

  /** No key was ever revoked: the usual case. */
  get isEmpty(): boolean {
    return this.#list.length === 0;
  }

  /** Every revocation after `id`, in the order of their ids. */
  after(id: number): readonly KeyRevocation[] {
    return this.#list.filter((revocation) => revocation.id > id);
  }

  /** Puts `revocations`, in the order of their ids, in the place of everything known so far. */
  replace(revocations: readonly KeyRevocation[]): void {
    const from = new Map<string, number>();
    for (const { kid, revokedFrom } of revocations) from.set(kid, Math.min(revokedFrom, from.get(kid) ?? Infinity));
    this.#from = from;
    this.#list = [...revocations];
  }
}
