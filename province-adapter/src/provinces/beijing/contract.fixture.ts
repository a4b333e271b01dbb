import type { ProvinceContract } from '../province-contract.js';
import { VALUES } from './translate.js';

/** 北京健康宝's answers to the contract. */
export const contract: ProvinceContract = {
  values: VALUES,
  unlistedValues: ['3', '00', '-2', '未见异常', '', ' 0', 'constructor'],
  errorCodes: { 'BIS:STANDIN-404': 'LOCAL_CODE_INVALID', 'BIS:10500': 'LOCAL_ANSWER_INVALID' },
  neverIssued: 'LOCAL_CODE_INVALID',
  foreignCodes: ['standin-bjtong:00000000000000000000000000000000'],
};
