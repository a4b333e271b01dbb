import { createGatewayContract } from '../../alipay-gateway/gateway-contract.fixture.js';
import type { ProvinceContract } from '../province-contract.js';

/** 河南's answers to the contract. */
export const contract: ProvinceContract = createGatewayContract([
  'standin-alipay:410100:0000000000000000000000000000000000000000',
  'standin-alipay:410000:0000000000000000000000000000000000000000',
]);
