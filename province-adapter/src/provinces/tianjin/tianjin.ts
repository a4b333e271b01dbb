import { parseProvinceCode } from '@health-code/attestation';
import type { GatewayProvince } from '../../alipay-gateway/gateway-city.js';

/** 天津, as the gateway knows it. */
export const tianjin: GatewayProvince = {
  code: parseProvinceCode('120000'),
  system: 'tianjin-jiankangma',
  cities: [{ code: '120000', name: '天津' }],
};
