import type { ProvinceCode } from '@health-code/attestation';

/** A division whose codes the gateway answers for: the province itself, or one of its cities. */
export interface GatewayCity {
  /** `city_code`, GB/T 2260. */
  readonly code: string;
  readonly name: string;
}

/** A province that is reached through the gateway. Everything about it follows from this. */
export interface GatewayProvince {
  readonly code: ProvinceCode;
  /** Name of the local system as it stands in `original.system`. */
  readonly system: string;
  /** Whose codes are answered for; a city's are its province's statements (地市及以下信息汇聚至省). */
  readonly cities: readonly GatewayCity[];
}

/** Text before the random part of `code_content`. Ours: what it holds is not documented. */
export function gatewayCodePrefix(cityCode: string): string {
  return `standin-alipay:${cityCode}:`;
}
