import type { Availability, ProvinceCode } from '@health-code/attestation';

/** What a province said about one person when asked for an attestation. Nothing in it is verified yet. */
export interface AttestedAnswer {
  /** The province that was asked: an attestation of another issuer in its answer is refused by whoever verifies it. */
  readonly province: ProvinceCode;
  /** Compact JWS without disclosures; present exactly when `availability` is `available`. */
  readonly token?: string;
  readonly availability: Availability;
  /** 业务透传数据 for QueryHealth, where the province returned one. */
  readonly bizExtData?: string;
}
