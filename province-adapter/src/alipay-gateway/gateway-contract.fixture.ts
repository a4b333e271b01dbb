import type { ProvinceContract } from '../provinces/province-contract.js';

/** What every province behind the gateway answers to the contract. @param foreignCodes of places it does not answer for */
export function createGatewayContract(foreignCodes: readonly string[]): ProvinceContract {
  return {
    values: {
      green: { status: '00' },
      yellow: { status: '01' },
      red: { status: '10' },
      init: { availability: 'pending' },
    },
    unlistedValues: ['00', 'GREEN', 'orange', 'gray', '', '绿码', 'init ', 'toString'],
    errorCodes: {
      '20000': 'LOCAL_SYSTEM_BUSY',
      '20001': 'LOCAL_PERMISSION_DENIED',
      '40001': 'LOCAL_ANSWER_INVALID',
      '40002': 'LOCAL_ANSWER_INVALID',
      '40006': 'LOCAL_PERMISSION_DENIED',
      '40004/STANDIN.CODE_EXPIRED': 'LOCAL_CODE_EXPIRED',
      '40004/STANDIN.CODE_UNKNOWN': 'LOCAL_CODE_INVALID',
      '40004/ANYTHING.ELSE': 'LOCAL_ANSWER_INVALID',
      '50000': 'LOCAL_ANSWER_INVALID',
      '': 'LOCAL_ANSWER_INVALID',
    },
    neverIssued: 'LOCAL_CODE_INVALID',
    foreignCodes,
  };
}
