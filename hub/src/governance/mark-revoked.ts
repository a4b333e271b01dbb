import type { KeyRevocation } from './key-revocation.js';

/** Entries marked without a pause: other calls are answered in between. */
export const MARK_PAGE = 2000;

/** What stood on a key; the store satisfies it. */
export interface EntriesOfKey {
  entries(kid: string, from: number, pageSize: number): AsyncIterable<readonly { readonly issuer: string; readonly sequence: number }[]>;
}

/** The attestations in memory; the index satisfies it. */
export interface MarkedIndex {
  readonly size: number;
  revoke(issuer: string, sequence: number): boolean;
}

/**
 * Marks what a revoked key signed. Nothing is read while nothing is in memory, at the start: what is read from the ledger then is
 * marked as it comes.
 */
export async function markRevoked({ kid, revokedFrom }: KeyRevocation, index: MarkedIndex, ledger: EntriesOfKey): Promise<void> {
  if (index.size === 0) return;
  for await (const page of ledger.entries(kid, revokedFrom, MARK_PAGE)) {
    for (const { issuer, sequence } of page) index.revoke(issuer, sequence);
  }
}
