import { parseProvinceCode } from '@health-code/attestation';
import type { GatewayProvince } from '../../alipay-gateway/gateway-city.js';

/** 浙江, as the gateway knows it. */
export const zhejiang: GatewayProvince = {
  code: parseProvinceCode('330000'),
  system: 'zhejiang-jiankangma',
  cities: [{ code: '330000', name: '浙江' }],
};
