import type { ProvinceContract } from '../province-contract.js';

/** 四川天府健康通's answers to the contract. */
export const contract: ProvinceContract = {
  values: { '00': { status: '00' }, '01': { status: '01' }, '10': { status: '10' } },
  unlistedValues: ['20', '0', 'red', '', '010', 'valueOf'],
  errorCodes: {
    'standin-sign': 'LOCAL_PERMISSION_DENIED',
    'standin-unknown': 'LOCAL_CODE_INVALID',
    '500': 'LOCAL_ANSWER_INVALID',
  },
  neverIssued: 'LOCAL_CODE_INVALID',
  foreignCodes: ['standin-rongcheng:000000000000000000000000000000000000000000000000'],
};
