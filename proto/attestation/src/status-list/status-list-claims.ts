import { z } from 'zod';

import { decodeBase64Url } from '../base64url.js';
import { AttestationError } from '../errors.js';
import { BITS_PER_STATUS } from './status-bits.js';
import { parseStatusListUri, SHARD_ENTRIES } from './status-list-place.js';
import { MAXIMUM_DELTA_CHANGES, STATUS_LIST_MAX_LIFETIME_SECONDS } from './status-list.js';

const seconds = z.int().min(0);
const version = z.int().min(1);
const digest = z.string().refine((text) => decodeBase64Url(text)?.length === 32);
const index = z.int().min(0).max(SHARD_ENTRIES - 1);
const GREATEST_VALUE = (1 << BITS_PER_STATUS) - 1;

const COMMON = {
  iss: z.string(),
  sub: z.string().refine((uri) => parseStatusListUri(uri) !== undefined),
  iat: seconds,
  exp: seconds,
  ver: version,
  dig: digest,
};

/** Token Status List 5.1, with `ver` and `dig` of ours. Members beyond these are ignored (RFC 7519 4). */
const LIST = z.object({ ...COMMON, ttl: z.int().min(1), status_list: z.object({ bits: z.literal(BITS_PER_STATUS), lst: z.string().min(1) }) });

const DELTA = z.object({
  ...COMMON,
  from: version,
  size: z.int().min(1).max(SHARD_ENTRIES),
  chg: z.array(z.tuple([index, z.int().min(0).max(GREATEST_VALUE)])).max(MAXIMUM_DELTA_CHANGES),
});

/** Claims of a list by their names on the wire. */
export type ListClaims = z.infer<typeof LIST>;

/** Claims of a delta by their names on the wire. */
export type DeltaClaims = z.infer<typeof DELTA>;

/** @throws {AttestationError} STATUS_LIST_INVALID, naming every bad claim by its path and none by its value. */
export function parseListClaims(payload: unknown): ListClaims {
  return parse(LIST, payload, []);
}

/** @throws {AttestationError} STATUS_LIST_INVALID */
export function parseDeltaClaims(payload: unknown): DeltaClaims {
  return parse(DELTA, payload, [
    ['from', ({ from, ver }) => from >= ver],
    ['chg', ({ chg, size }) => chg.some(([at]) => at >= size) || new Set(chg.map(([at]) => at)).size !== chg.length],
  ]);
}

function parse<Claims extends { readonly iat: number; readonly exp: number }>(
  shape: z.ZodType<Claims>,
  payload: unknown,
  rules: readonly (readonly [string, (claims: Claims) => boolean])[],
): Claims {
  const parsed = shape.safeParse(payload);
  if (!parsed.success) throw refusal(parsed.error.issues.map(({ path }) => path.join('.') || '(claims)'));
  const { data: claims } = parsed;
  const broken = rules.filter(([, isBroken]) => isBroken(claims)).map(([path]) => path);
  if (claims.exp <= claims.iat || claims.exp - claims.iat > STATUS_LIST_MAX_LIFETIME_SECONDS) broken.push('exp');
  if (broken.length > 0) throw refusal(broken);
  return claims;
}

function refusal(paths: readonly string[]): AttestationError {
  return new AttestationError('STATUS_LIST_INVALID', `claims not as specified: ${[...new Set(paths)].slice(0, 16).join(', ')}`);
}
