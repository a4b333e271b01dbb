import type { ProvinceContract } from '../provinces/province-contract.js';

/** What every province in direct mode answers to the contract. */
export const contract: ProvinceContract = {
  values: { '00': { status: '00' }, '01': { status: '01' }, '10': { status: '10' } },
  unlistedValues: ['02', '11', 'green', '20', '', 'hasOwnProperty'],
  errorCodes: {
    REQUEST_INVALID: 'REQUEST_FIELD_INVALID',
    PERSON_UNKNOWN: 'LOCAL_PERSON_UNRESOLVED',
    AGENT_UNKNOWN: 'LOCAL_AGENT_UNKNOWN',
    AGENT_ENDED: 'LOCAL_AGENT_ENDED',
    AGENT_FULL: 'LOCAL_AGENT_FULL',
    CODE_UNKNOWN: 'LOCAL_CODE_INVALID',
    CODE_EXPIRED: 'LOCAL_CODE_EXPIRED',
    CODE_SPENT: 'LOCAL_CODE_SPENT',
    APPLICATION_UNKNOWN: 'LOCAL_CODE_INVALID',
    APPLICATION_EXPIRED: 'LOCAL_CODE_EXPIRED',
    HANDLE_UNKNOWN: 'LOCAL_CODE_EXPIRED',
    HANDLE_TAKEN: 'LOCAL_CODE_INVALID',
    TICKET_UNKNOWN: 'LOCAL_PERSON_UNRESOLVED',
    STATUS_STANDS: 'CONVERSION_CONTRADICTED',
    BUSY: 'LOCAL_SYSTEM_BUSY',
    SOMETHING_ELSE: 'LOCAL_ANSWER_INVALID',
  },
  neverIssued: 'LOCAL_CODE_INVALID',
  // Of a city, and of a division that is none of the 32 nodes.
  foreignCodes: [
    'standin-gjjkm:520100:000000000000000000000000000000000000000000000000',
    'standin-gjjkm:710000:000000000000000000000000000000000000000000000000',
  ],
};
