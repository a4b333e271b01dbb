import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long somebody stays logged in, in milliseconds; whatever they do meanwhile. */
export const SESSION_MS = 10 * 60_000;

/** Most at once: nobody is put out for another. */
const MAX_SESSIONS = 10_000;

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Somebody who is logged in. */
export interface HolderSession {
  readonly subjectReference: string;
  /** Every form and call brings it beside the cookie: another page cannot read it. */
  readonly formToken: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The name that a member of the family has in this session's pages: nothing of a reference leaves the adapter, and in another session it is nothing. */
  readonly nameOf: (subjectReference: string) => string;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Who is logged in, in the memory of one process. Of a token only the digest is kept. */
export class HolderSessions {
  readonly #sessions = new Map<string, HolderSession>();

  /** @param now milliseconds since the epoch */
  constructor(private readonly now: () => number = Date.now) {}

  /** A new session's token for its cookie; undefined while there are as many as may be. */
  open(subjectReference: string): string | undefined {
    if (this.#sessions.size >= MAX_SESSIONS) this.#forget();
    if (this.#sessions.size >= MAX_SESSIONS) return undefined;
    const token = randomBytes(32).toString('base64url');
    const secret = randomBytes(32);
    this.#sessions.set(digest(token), {
      subjectReference,
      formToken: randomBytes(32).toString('base64url'),
      expiresAt: this.now() + SESSION_MS,
      nameOf: (reference) => createHmac('sha256', secret).update(reference).digest('base64url').slice(0, 22),
    });
    return token;
  }

  /** Attacker-controlled: whatever a cookie says. */
  find(token: string | undefined): HolderSession | undefined {
    if (token === undefined || !TOKEN.test(token)) return undefined;
    const session = this.#sessions.get(digest(token));
    if (session === undefined || session.expiresAt > this.now()) return session;
    this.#sessions.delete(digest(token));
    return undefined;
  }

  /** Nothing happens for who is not logged in. */
  close(token: string): void {
    this.#sessions.delete(digest(token));
  }

  #forget(): void {
    for (const [key, { expiresAt }] of this.#sessions) if (expiresAt <= this.now()) this.#sessions.delete(key);
  }
}

/** In the same time for every text. */
export function isFormTokenOf({ formToken }: HolderSession, text: unknown): boolean {
  const given = createHash('sha256').update(typeof text === 'string' ? text : '').digest();
  return timingSafeEqual(given, createHash('sha256').update(formToken).digest());
}
