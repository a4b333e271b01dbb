import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How long somebody stays logged in, in milliseconds; whatever they do meanwhile. */
export const SESSION_MS = 10 * 60_000;

/** Most at once: nobody is put out for another. */
const MAX_SESSIONS = 10_000;

/** Most of one person at once: whoever logs in again and again ends their own sessions, and takes nobody's room. */
export const SESSIONS_OF_ONE = 4;

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
  /** Keys of the sessions of each person, the oldest first. */
  readonly #ofPerson = new Map<string, readonly string[]>();

  /** @param now milliseconds since the epoch */
  constructor(private readonly now: () => number = Date.now) {}

  /** A new session's token for its cookie; undefined while there are as many as may be. */
  open(subjectReference: string): string | undefined {
    this.#endOldestOf(subjectReference);
    if (this.#sessions.size >= MAX_SESSIONS) this.#forget();
    if (this.#sessions.size >= MAX_SESSIONS) return undefined;
    const token = randomBytes(32).toString('base64url');
    const secret = randomBytes(32);
    this.#ofPerson.set(subjectReference, [...(this.#ofPerson.get(subjectReference) ?? []), digest(token)]);
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
    this.#end(digest(token));
    return undefined;
  }

  /** Nothing happens for who is not logged in. */
  close(token: string): void {
    this.#end(digest(token));
  }

  #end(key: string): void {
    const session = this.#sessions.get(key);
    if (session === undefined) return;
    this.#sessions.delete(key);
    const others = (this.#ofPerson.get(session.subjectReference) ?? []).filter((other) => other !== key);
    if (others.length === 0) this.#ofPerson.delete(session.subjectReference);
    else this.#ofPerson.set(session.subjectReference, others);
  }

  #endOldestOf(subjectReference: string): void {
    const [oldest, ...others] = this.#ofPerson.get(subjectReference) ?? [];
    if (oldest !== undefined && others.length + 1 >= SESSIONS_OF_ONE) this.#end(oldest);
  }

  #forget(): void {
    for (const [key, { expiresAt }] of this.#sessions) if (expiresAt <= this.now()) this.#end(key);
  }
}

/** In the same time for every text. */
export function isFormTokenOf({ formToken }: HolderSession, text: unknown): boolean {
  const given = createHash('sha256').update(typeof text === 'string' ? text : '').digest();
  return timingSafeEqual(given, createHash('sha256').update(formToken).digest());
}
