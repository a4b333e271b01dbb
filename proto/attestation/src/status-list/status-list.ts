import type { ProvinceCode } from '../province.js';
import type { StatusBits } from './status-bits.js';

/** `typ` of a list (Token Status List 5.1). */
export const STATUS_LIST_TYPE = 'statuslist+jwt';

/** `typ` of what changed between two versions of a list. Ours: the specification knows whole lists alone. */
export const STATUS_LIST_DELTA_TYPE = 'statuslist-delta+jwt';

/** Most changes in one delta; beyond that the list itself is shorter. */
export const MAXIMUM_DELTA_CHANGES = 4096;

/** Longest life of a list, in seconds: 31 days, the greatest age that any class of checkpoint takes. How fresh it is, is graded. */
export const STATUS_LIST_MAX_LIFETIME_SECONDS = 31 * 24 * 60 * 60;

/** What an issuer's list says of one attestation; a value that is not used counts as invalid. */
export type ListedStatus = 'valid' | 'invalid' | 'suspended';

/** Values of an entry (Token Status List 7.1). */
export const STATUS_VALUES: Readonly<Record<ListedStatus, number>> = { valid: 0, invalid: 1, suspended: 2 };

const BY_VALUE: readonly ListedStatus[] = ['valid', 'invalid', 'suspended', 'invalid'];

/** What stands around the bits of a list. Times in seconds since the epoch. */
export interface StatusListTerms {
  readonly issuer: ProvinceCode;
  /** From 0. With `issuer` the URI: claim `sub`. */
  readonly shard: number;
  /** From 1, rising with each change of this list. Claim `ver`, ours. */
  readonly version: number;
  /** Claim `iat`. */
  readonly issuedAt: number;
  /** Claim `exp`. */
  readonly expiresAt: number;
  /** Seconds after which to ask for another. Claim `ttl`. */
  readonly ttl: number;
}

/** A list that its issuer vouches for. */
export interface StatusList extends StatusListTerms {
  readonly uri: string;
  readonly bits: StatusBits;
  /** SHA-256 over the uncompressed bytes, base64url. Claim `dig`, ours. */
  readonly digest: string;
}

/** Absolute settings that lead from any version from `from` on to `version`. */
export interface StatusListDeltaTerms extends Omit<StatusListTerms, 'ttl'> {
  /** The earliest version it can be applied to. Claim `from`. */
  readonly from: number;
  /** Entries of the list afterwards. Claim `size`. */
  readonly size: number;
  /** [index, status], at most {@link MAXIMUM_DELTA_CHANGES}. Claim `chg`. */
  readonly changes: readonly (readonly [index: number, status: number])[];
  /** Of the list afterwards. Claim `dig`. */
  readonly digest: string;
}

/** A delta that the list's issuer vouches for. */
export interface StatusListDelta extends StatusListDeltaTerms {
  readonly uri: string;
}

/** What the list says of the entry; `undefined` beyond its size: not listed yet, or never. */
export function listedStatus({ bits }: StatusList, index: number): ListedStatus | undefined {
  const value = bits.get(index);
  return value === undefined ? undefined : BY_VALUE[value];
}
