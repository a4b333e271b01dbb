import { createGatewayProvince } from '../../alipay-gateway/gateway-province.js';
import type { ProvinceDefinition } from '../../province-system.js';
import { zhejiang } from './zhejiang.js';

/** What the adapter knows this province by. */
export const province: ProvinceDefinition = createGatewayProvince(zhejiang);
