import { isProvinceCode, PROVINCES, type ProvinceCode } from '../province.js';

/** Entries of one list: with two bits each 256 KiB, which a phone holds and the next list takes over from. */
export const SHARD_ENTRIES = 1_048_576;

const PREFIX = 'urn:cn:healthcode:status:';

/** Greatest shard a sequence number can come to: `Number.MAX_SAFE_INTEGER` has 53 bits, 20 of them the index. */
const GREATEST_SHARD = Math.floor((Number.MAX_SAFE_INTEGER - 1) / SHARD_ENTRIES);

/** Where the status of one attestation stands. */
export interface StatusListPlace {
  /** Claim `status.status_list.uri`. */
  readonly uri: string;
  /** From 0. */
  readonly shard: number;
  /** From 0 up to {@link SHARD_ENTRIES}, exclusive. Claim `status.status_list.idx`. */
  readonly index: number;
}

/** Nearly every attestation stands in one of these: no text is put together for it. */
const FIRST_LISTS: ReadonlyMap<string, string> = new Map(PROVINCES.map(({ code }) => [code, `${PREFIX}${code}`]));

/** URI of one list. The first of an issuer bears no number, so that what was signed before there was a second one stays as it is. */
export function statusListUri(issuer: ProvinceCode, shard = 0): string {
  return shard === 0 ? (FIRST_LISTS.get(issuer) ?? `${PREFIX}${issuer}`) : `${PREFIX}${issuer}:${String(shard)}`;
}

/** The one place of an attestation, by its sequence number, from 1: nothing has to be looked up, and nobody can choose another. */
export function statusListPlace(issuer: ProvinceCode, sequence: number): StatusListPlace {
  const place = sequence - 1;
  const shard = Math.floor(place / SHARD_ENTRIES);
  return { uri: statusListUri(issuer, shard), shard, index: place % SHARD_ENTRIES };
}

/** Attacker-controlled input. `undefined` for whatever {@link statusListUri} does not write, such as a shard with a leading zero. */
export function parseStatusListUri(uri: string): { readonly issuer: ProvinceCode; readonly shard: number } | undefined {
  const [, issuer = '', digits] = /^urn:cn:healthcode:status:(\d{6})(?::([1-9]\d{0,9}))?$/.exec(uri) ?? [];
  const shard = digits === undefined ? 0 : Number(digits);
  return isProvinceCode(issuer) && shard <= GREATEST_SHARD ? { issuer, shard } : undefined;
}
