import { contract as directMode } from '../../direct-mode/direct-mode-contract.fixture.js';
import type { ProvinceContract } from '../province-contract.js';

/** 山东健康通行码's answers to the contract: those of every province in direct mode. */
export const contract: ProvinceContract = {
  ...directMode,
  foreignCodes: [...directMode.foreignCodes, 'standin-gjjkm:370100:000000000000000000000000000000000000000000000000'],
};
