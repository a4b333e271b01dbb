import type { ProvinceContract } from '../province-contract.js';

/** 安徽安康码's answers to the contract. */
export const contract: ProvinceContract = {
  values: {
    '1': { status: '00' },
    '2': { status: '01' },
    '3': { status: '10' },
    '': { availability: 'pending' },
  },
  unlistedValues: ['0', '4', '01', '00', 'green', '绿码', ' ', ' 1', 'constructor'],
  errorCodes: {
    'standin-expired': 'LOCAL_CODE_EXPIRED',
    'standin-unknown': 'LOCAL_CODE_INVALID',
    'standin-denied': 'LOCAL_PERMISSION_DENIED',
    'standin-nobody': 'LOCAL_PERSON_UNRESOLVED',
    '500': 'LOCAL_ANSWER_INVALID',
  },
  neverIssued: 'LOCAL_CODE_INVALID',
  foreignCodes: ['standin-hefeiakm:000000000000000000000000000000000000000000000000'],
};
