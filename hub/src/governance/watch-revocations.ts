import type { v1 } from '@health-code/messages';
import type { KeyRevocation } from './key-revocation.js';

/** Most sequence numbers in one part. */
export const REVOCATION_PART = 10_000;

/** What is known of revocations. */
export interface RevocationSource {
  after(id: number): readonly KeyRevocation[];
  next(id: number, gone: AbortSignal): Promise<void>;
}

/** What stood on a key, and where is counted how often that was told; the store satisfies it. */
export interface RevokedEntries {
  entries(kid: string, from: number, pageSize: number): AsyncIterable<readonly { readonly sequence: number }[]>;
  countDelivery(id: number): Promise<void>;
}

const part = ({ id, issuer, kid, revokedFrom }: KeyRevocation, sequences: number[]): v1.WatchRevocationsResponse.$Properties => ({
  id,
  issuer,
  kid,
  revokedFrom: { seconds: Math.floor(revokedFrom / 1000), nanos: Math.round(revokedFrom % 1000) * 1_000_000 },
  sequences,
});

/**
 * 作废通知: what is known already, then what comes, each revocation in one part or several; one on which nothing stood is told
 * as well. The checkpoint looks through its own receipts, and the hub learns nothing of what it finds.
 */
export async function* watchRevocations(
  { afterId, pastOnly }: { readonly afterId: number; readonly pastOnly: boolean },
  source: RevocationSource,
  revoked: RevokedEntries,
  gone: AbortSignal,
): AsyncGenerator<v1.WatchRevocationsResponse.$Properties> {
  let last = afterId;
  for (;;) {
    for (const revocation of source.after(last)) {
      let parts = 0;
      for await (const page of revoked.entries(revocation.kid, revocation.revokedFrom, REVOCATION_PART)) {
        if (gone.aborted) return;
        parts += 1;
        yield part(revocation, page.map(({ sequence }) => sequence));
      }
      if (parts === 0) yield part(revocation, []);
      await revoked.countDelivery(revocation.id);
      last = revocation.id;
    }
    if (pastOnly) return;
    await source.next(last, gone);
    if (gone.aborted) return;
  }
}
