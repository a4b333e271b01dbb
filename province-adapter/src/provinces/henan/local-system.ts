import { createGatewayLocalSystem } from '../../alipay-gateway/gateway-local-system.js';
import type { LocalSystem } from '../../stand-in/local-system.js';
import { henan } from './henan.js';

/** STAND-IN for the gateway as 河南 sees it. */
export const localSystem: LocalSystem = createGatewayLocalSystem(henan);
