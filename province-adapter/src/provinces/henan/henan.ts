import { parseProvinceCode } from '@health-code/attestation';
import type { GatewayProvince } from '../../alipay-gateway/gateway-city.js';

/** 河南, through the gateway of its cities: each line is a city whose codes the province answers for. */
export const henan: GatewayProvince = {
  code: parseProvinceCode('410000'),
  system: 'henan-jiankangma',
  cities: [{ code: '410500', name: '安阳' }],
};
