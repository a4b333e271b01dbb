import type { ProvinceContract } from '../province-contract.js';

/** 上海随申码's answers to the contract. */
export const contract: ProvinceContract = {
  values: { '00': { status: '00' }, '01': { status: '01' }, '10': { status: '10' } },
  unlistedValues: ['0', '1', '2', '11', 'green', '', '00 ', '__proto__'],
  errorCodes: { '1': 'LOCAL_CODE_EXPIRED', '-1': 'LOCAL_CODE_INVALID', '500': 'LOCAL_ANSWER_INVALID' },
  neverIssued: 'LOCAL_CODE_INVALID',
  foreignCodes: [
    'https://s.sh.gov.cn.example.org/0123456789abcdef0123456789abcd1600000000000',
    'http://s.sh.gov.cn/0123456789abcdef0123456789abcd1600000000000',
  ],
};
