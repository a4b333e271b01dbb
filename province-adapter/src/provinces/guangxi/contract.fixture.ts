import { createGatewayContract } from '../../alipay-gateway/gateway-contract.fixture.js';
import type { ProvinceContract } from '../province-contract.js';

/** 广西's answers to the contract. */
export const contract: ProvinceContract = createGatewayContract(['standin-alipay:450100:0000000000000000000000000000000000000000']);
