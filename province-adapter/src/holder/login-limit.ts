import { createHmac, randomBytes } from 'node:crypto';

/** Within which failures count, in milliseconds. */
const WINDOW_MS = 15 * 60_000;

/** Most failures within {@link WINDOW_MS}: about one document, from one address, and of all; the last also bounds what is remembered. */
export const LOGIN_LIMITS = { document: 5, address: 50, all: 2000 } as const;

interface Failures {
  count: number;
  readonly since: number;
}

/** Who tries to log in, and as whom. */
export interface LoginAttempt {
  readonly document: string;
  readonly address: string;
}

/**
 * Counts logins that failed, in the memory of one process. Beyond a limit nobody is even compared any more, so that the right name after the
 * limit says as little as a wrong one. Documents and addresses are kept as keyed digests alone.
 */
export class LoginLimit {
  readonly #secret = randomBytes(32);
  readonly #failures = new Map<string, Failures>();

  /** @param now milliseconds since the epoch */
  constructor(private readonly now: () => number = Date.now) {}

  /** Whether another attempt is looked at. */
  allows({ document, address }: LoginAttempt): boolean {
    return this.#count('all', '') < LOGIN_LIMITS.all && this.#count('document', document) < LOGIN_LIMITS.document && this.#count('address', address) < LOGIN_LIMITS.address;
  }

  /** An attempt is counted before it is looked at, so that many at once do not pass together. */
  begin({ document, address }: LoginAttempt): void {
    for (const [kind, text] of [['all', ''], ['document', document], ['address', address]] as const) {
      const key = this.#key(kind, text);
      const known = this.#standing(key);
      if (known === undefined) this.#failures.set(key, { count: 1, since: this.now() });
      else known.count += 1;
    }
    this.#forget();
  }

  /** It was no failure. */
  succeed({ document, address }: LoginAttempt): void {
    for (const [kind, text] of [['all', ''], ['document', document], ['address', address]] as const) {
      const known = this.#standing(this.#key(kind, text));
      if (known !== undefined && known.count > 0) known.count -= 1;
    }
  }

  #count(kind: string, text: string): number {
    return this.#standing(this.#key(kind, text))?.count ?? 0;
  }

  #standing(key: string): Failures | undefined {
    const known = this.#failures.get(key);
    return known !== undefined && this.now() - known.since < WINDOW_MS ? known : undefined;
  }

  #key(kind: string, text: string): string {
    return createHmac('sha256', this.#secret).update(`${kind}:${text}`).digest('base64url');
  }

  #forget(): void {
    if (this.#failures.size <= 3 * LOGIN_LIMITS.all) return;
    for (const key of this.#failures.keys()) if (this.#standing(key) === undefined) this.#failures.delete(key);
  }
}
