import type { ProvinceContract } from '../province-contract.js';

/** 河北健康码's answers to the contract. */
export const contract: ProvinceContract = {
  values: {
    '00': { status: '00' },
    '01': { status: '01' },
    '10': { status: '10' },
    '20': { availability: 'unavailable' },
  },
  unlistedValues: ['0', '1', '2', '11', '低风险', 'green', '', '00 ', 'hasOwnProperty'],
  errorCodes: {
    'standin-expired': 'LOCAL_CODE_EXPIRED',
    'standin-unknown': 'LOCAL_CODE_INVALID',
    'standin-handle': 'LOCAL_CODE_EXPIRED',
    '500': 'LOCAL_ANSWER_INVALID',
  },
  neverIssued: 'LOCAL_CODE_INVALID',
  foreignCodes: [
    // 场所码 of the same system: the code of a place, which no person may be checked by.
    'https://sjzhe.tgovcloud.com/qrcode/traffic/?QR=0123456789abcdef',
    'standin-sjzjkm:000000000000000000000000000000000000000000000000',
  ],
};
