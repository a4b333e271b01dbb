import type { ProvinceContract } from '../province-contract.js';

/** 江苏苏康码's answers to the contract. */
export const contract: ProvinceContract = {
  values: { green: { status: '00' }, yellow: { status: '01' }, red: { status: '10' } },
  unlistedValues: ['orange', 'GREEN', '00', '绿码', '', 'gray', 'toString'],
  errorCodes: {
    '1': 'LOCAL_SYSTEM_BUSY',
    '111': 'LOCAL_CODE_EXPIRED',
    '112': 'LOCAL_CODE_FOREIGN',
    '116': 'LOCAL_PERMISSION_DENIED',
    '118': 'LOCAL_PERMISSION_DENIED',
    '119': 'LOCAL_VERIFIER_INCOMPLETE',
    '2': 'LOCAL_ANSWER_INVALID',
  },
  // To 苏康码 a code it does not know is no 苏康码.
  neverIssued: 'LOCAL_CODE_FOREIGN',
  foreignCodes: ['https://city.jsstm.example.org/scan?qrCode=0123&page=result'],
};
