import { createGatewayLocalSystem } from '../../alipay-gateway/gateway-local-system.js';
import type { LocalSystem } from '../../stand-in/local-system.js';
import { zhejiang } from './zhejiang.js';

/** STAND-IN for the gateway as 浙江 sees it. */
export const localSystem: LocalSystem = createGatewayLocalSystem(zhejiang);
