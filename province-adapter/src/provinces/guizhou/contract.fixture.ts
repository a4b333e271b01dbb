import type { ProvinceContract } from '../province-contract.js';

/** 贵州's answers to the contract. */
export const contract: ProvinceContract = {
  values: { '00': { status: '00' }, '01': { status: '01' }, '10': { status: '10' } },
  unlistedValues: ['02', '11', 'green', '20', '', 'hasOwnProperty'],
  errorCodes: {
    REQUEST_INVALID: 'REQUEST_FIELD_INVALID',
    PERSON_UNKNOWN: 'LOCAL_PERSON_UNRESOLVED',
    CODE_UNKNOWN: 'LOCAL_CODE_INVALID',
    CODE_EXPIRED: 'LOCAL_CODE_EXPIRED',
    CODE_SPENT: 'LOCAL_CODE_EXPIRED',
    APPLICATION_UNKNOWN: 'LOCAL_CODE_INVALID',
    APPLICATION_EXPIRED: 'LOCAL_CODE_EXPIRED',
    HANDLE_UNKNOWN: 'LOCAL_CODE_EXPIRED',
    HANDLE_TAKEN: 'LOCAL_CODE_INVALID',
    BUSY: 'LOCAL_SYSTEM_BUSY',
    SOMETHING_ELSE: 'LOCAL_ANSWER_INVALID',
  },
  neverIssued: 'LOCAL_CODE_INVALID',
  // Of another province in direct mode, and of a city.
  foreignCodes: [
    'standin-gjjkm:540000:000000000000000000000000000000000000000000000000',
    'standin-gjjkm:520100:000000000000000000000000000000000000000000000000',
  ],
};
