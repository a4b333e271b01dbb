import { HubError } from '../errors.js';
import { Follower, type FollowerPort } from './follower.js';
import type { StatusLists } from './status-lists.js';

/** What {@link Followers} work with. */
export interface FollowersParts {
  readonly lists: StatusLists;
  /** What is published of the offline package. */
  readonly packages: { readonly version: number; onPublished(listener: (version: number) => void): () => void };
  /** A follower answers by a change of `issuer` made at `changedAt`, milliseconds since the epoch. */
  readonly onApplied: (issuer: string, changedAt: number) => void;
}

/**
 * Whoever may follow at once; each holds a connection and a few kilobytes. Strangers, whom nobody can tell apart, leave half of it to those
 * who show a certificate, and of these nobody takes more than a gate of many lanes needs.
 */
export const FOLLOWERS_MAX = { all: 20_000, strangers: 10_000, ofOne: 32 } as const;

/** Whoever follows without a certificate, all together. */
export const STRANGER = '';

/** One that was let in. */
export interface Followed {
  readonly follower: Follower;
  /** Lets it go. Again, it does nothing. */
  readonly leave: () => void;
}

/** Everybody who follows the lists and the package, over gRPC or HTTP. */
export class Followers {
  readonly #parts: FollowersParts;
  readonly #followers = new Map<Follower, () => void>();
  /** How many follow in each name. */
  readonly #byName = new Map<string, number>();
  readonly #forget: readonly (() => void)[];

  constructor(parts: FollowersParts) {
    this.#parts = parts;
    this.#forget = [
      parts.lists.onChange((change) => {
        for (const follower of this.#followers.keys()) follower.noteList(change);
      }),
      parts.packages.onPublished((version) => {
        for (const follower of this.#followers.keys()) follower.notePackage(version);
      }),
    ];
  }

  /**
   * Lets one in; `end` is called when the hub stops. It is told of lists once it has begun, and first of the package there is.
   * @param name SPIFFE ID of who follows; {@link STRANGER} of whoever shows none
   * @throws HubError RATE_LIMIT_EXCEEDED beyond {@link FOLLOWERS_MAX}
   */
  join(port: FollowerPort, end: () => void, name: string): Followed {
    const before = this.#byName.get(name) ?? 0;
    if (this.#followers.size >= FOLLOWERS_MAX.all) throw new HubError('RATE_LIMIT_EXCEEDED', 'too many follow this hub', { retryAfterMs: 10_000 });
    if (before >= (name === STRANGER ? FOLLOWERS_MAX.strangers : FOLLOWERS_MAX.ofOne)) throw new HubError('RATE_LIMIT_EXCEEDED', 'too many follow in this name', { retryAfterMs: 10_000 });
    const { lists, packages, onApplied } = this.#parts;
    const follower = new Follower((uri) => lists.find(uri), port, onApplied);
    this.#followers.set(follower, end);
    this.#byName.set(name, before + 1);
    if (packages.version > 0) follower.notePackage(packages.version);
    return { follower, leave: () => { this.#remove(follower, name); } };
  }

  #remove(follower: Follower, name: string): void {
    if (!this.#followers.delete(follower)) return;
    const left = (this.#byName.get(name) ?? 1) - 1;
    if (left === 0) this.#byName.delete(name);
    else this.#byName.set(name, left);
  }

  /** Lets everybody go, for good. */
  close(): void {
    for (const forget of this.#forget) forget();
    for (const end of [...this.#followers.values()]) end();
    this.#followers.clear();
    this.#byName.clear();
  }
}
