import { parseProvinceCode } from '@health-code/attestation';
import type { GatewayProvince } from '../../alipay-gateway/gateway-city.js';

/** 广西, as the gateway knows it. */
export const guangxi: GatewayProvince = {
  code: parseProvinceCode('450000'),
  system: 'guangxi-jiankangma',
  cities: [{ code: '450000', name: '广西' }],
};
