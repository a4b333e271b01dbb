import { createHash, randomBytes } from 'node:crypto';

/** Bytes of chance in a token: nobody guesses one, so it is stored by its digest alone and needs no slow hash. */
const TOKEN_BYTES = 32;

/** How a token looks: base64url of {@link TOKEN_BYTES}. */
const FORM = /^[A-Za-z0-9_-]{43}$/;

/** Seconds that an invitation is good for. */
export const INVITATION_SECONDS = 7 * 86_400;

/** A new one-time token. */
export const makeToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/**
 * SHA-256 of a token; undefined for a text that no token has. The digest is what is looked for, so that how long the search
 * takes says nothing of the token: whoever could steer a digest byte by byte would have broken SHA-256.
 */
export function digestToken(token: string): Buffer | undefined {
  return FORM.test(token) ? createHash('sha256').update(token).digest() : undefined;
}
