import { createGatewayLocalSystem } from '../../alipay-gateway/gateway-local-system.js';
import type { LocalSystem } from '../../stand-in/local-system.js';
import { guangxi } from './guangxi.js';

/** STAND-IN for the gateway as 广西 sees it. */
export const localSystem: LocalSystem = createGatewayLocalSystem(guangxi);
