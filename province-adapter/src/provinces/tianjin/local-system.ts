import { createGatewayLocalSystem } from '../../alipay-gateway/gateway-local-system.js';
import type { LocalSystem } from '../../stand-in/local-system.js';
import { tianjin } from './tianjin.js';

/** STAND-IN for the gateway as 天津 sees it. */
export const localSystem: LocalSystem = createGatewayLocalSystem(tianjin);
