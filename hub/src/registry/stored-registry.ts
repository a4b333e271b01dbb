import type { ProvinceCode } from '@health-code/attestation';
import type { Recogniser, RegisteredRule, Standing } from './registry.js';

/** A province as stored. Times in seconds since the epoch. */
export interface StoredProvince {
  readonly code: ProvinceCode;
  readonly standing: Standing | 'left';
  readonly codePrefixes?: readonly string[];
  readonly registered: boolean;
  readonly lastHeartbeatAt?: number;
}

/** A key as stored; `jwk` is parsed JSON. Times in seconds since the epoch. */
export interface StoredKey {
  readonly kid: string;
  readonly province: ProvinceCode;
  readonly use: 'sig' | 'enc';
  readonly jwk: object;
  /** When its province registered without it; absent while it is in use. */
  readonly retiredAt?: number;
  /** Since when it may be in other hands; absent of a key that was never revoked. */
  readonly revokedFrom?: number;
}

/** Everything stored, read in one snapshot. Keys come newest statement first, those given up last. */
export interface StoredRegistry {
  readonly revision: number;
  readonly provinces: readonly StoredProvince[];
  readonly keys: readonly StoredKey[];
  readonly recognisers: readonly (Recogniser & { readonly province: ProvinceCode })[];
  readonly rules: readonly RegisteredRule[];
}

/** What changes without a new revision, and the revision. */
export interface RegistryPulse {
  readonly revision: number;
  readonly heartbeats: readonly { readonly code: string; readonly at: number }[];
}
