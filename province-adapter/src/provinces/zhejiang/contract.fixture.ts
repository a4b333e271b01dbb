import { createGatewayContract } from '../../alipay-gateway/gateway-contract.fixture.js';
import type { ProvinceContract } from '../province-contract.js';

/** 浙江's answers to the contract. */
export const contract: ProvinceContract = createGatewayContract(['standin-alipay:330100:0000000000000000000000000000000000000000']);
