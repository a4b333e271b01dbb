import type { ProvinceContract } from '../province-contract.js';

/** 北京健康宝's answers to the contract. */
export const contract: ProvinceContract = {
  values: {
    '0': { status: '00' },
    '1': { status: '01' },
    '2': { status: '10' },
    '-7': { availability: 'pending' },
    '51': { availability: 'pending' },
    '-1': { availability: 'unavailable' },
    '-3': { availability: 'unavailable' },
    '4': { availability: 'unavailable' },
  },
  unlistedValues: ['3', '00', '-2', '未见异常', '', ' 0', 'constructor'],
  errorCodes: { 'BIS:STANDIN-404': 'LOCAL_CODE_INVALID', 'BIS:10500': 'LOCAL_ANSWER_INVALID' },
  neverIssued: 'LOCAL_CODE_INVALID',
  foreignCodes: ['standin-bjtong:00000000000000000000000000000000'],
};
