import { createGatewayContract } from '../../alipay-gateway/gateway-contract.fixture.js';
import type { ProvinceContract } from '../province-contract.js';

/** 天津's answers to the contract. */
export const contract: ProvinceContract = createGatewayContract(['standin-alipay:120100:0000000000000000000000000000000000000000']);
