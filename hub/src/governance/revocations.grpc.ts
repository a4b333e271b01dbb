import { v1 } from '@health-code/messages';
import { HubError } from '../errors.js';
import { serverStream } from '../platform/grpc-handlers.js';
import { momentOf } from './key-revocation.js';
import type { KeyEntry } from './key-revocation.store.js';
import { watchRevocations, type RevocationSource, type RevokedEntries } from './watch-revocations.js';

/** Entries read from the store at once: what one slow reader holds in memory. */
const PAGE = 1000;

/** What stood on a key. */
export interface KeyEntries extends RevokedEntries {
  entries(kid: string, from: number, pageSize: number): AsyncIterable<readonly KeyEntry[]>;
}

/** What {@link RevocationHandlers} needs. */
export interface RevocationParts {
  readonly source: RevocationSource & { readonly closed: AbortSignal };
  readonly entries: KeyEntries;
  readonly isRevoked: (kid: string, at: number) => boolean;
}

/** What the services `Checkpoint` and `Ledger` say of revoked keys. */
export class RevocationHandlers {
  /** `Checkpoint.WatchRevocations`. Ends when the checkpoint leaves, or the hub. */
  readonly watch = serverStream<v1.WatchRevocationsRequest, v1.WatchRevocationsResponse.$Properties>((request, call) => {
    const gone = new AbortController();
    call.on('cancelled', () => {
      gone.abort();
    });
    return this.#watch(request, AbortSignal.any([gone.signal, this.#parts.source.closed]));
  });
  /** `Ledger.ListKeyEntries`. */
  readonly listKeyEntries = serverStream<v1.ListKeyEntriesRequest, v1.ListKeyEntriesResponse.$Properties>((request) => this.#listKeyEntries(request));
  readonly #parts: RevocationParts;

  constructor(parts: RevocationParts) {
    this.#parts = parts;
  }

  async *#watch(request: v1.WatchRevocationsRequest, gone: AbortSignal): AsyncGenerator<v1.WatchRevocationsResponse.$Properties> {
    if (!Number.isSafeInteger(request.afterId)) {
      throw new HubError('REQUEST_INVALID', 'the request is refused', { fieldViolations: [{ field: 'after_id', description: 'is more than 2^53 - 1' }] });
    }
    yield* watchRevocations(request, this.#parts.source, this.#parts.entries, gone);
  }

  async *#listKeyEntries({ kid, from }: v1.ListKeyEntriesRequest): AsyncGenerator<v1.ListKeyEntriesResponse.$Properties> {
    const { entries, isRevoked } = this.#parts;
    for await (const page of entries.entries(kid, momentOf(from) ?? 0, PAGE)) {
      for (const { issuer, sequence, appendedAt } of page) {
        const at = { seconds: Math.floor(appendedAt / 1000), nanos: Math.round(appendedAt % 1000) * 1_000_000 };
        yield { issuer, sequence, appendedAt: at, revoked: isRevoked(kid, appendedAt) };
      }
    }
  }
}
