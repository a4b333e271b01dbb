import type { IdentityDocument } from '@health-code/attestation';

/** 天府健康通 certificate_type → WS 364.3 CV02.01.101. 16 (single-use Taiwan pass) and 34 (foreign permanent residence) have no own entry there. */
export const CERTIFICATE_TYPES: Readonly<Record<string, string>> = {
  '10': '01',
  '14': '06',
  '15': '07',
  '16': '99',
  '20': '03',
  '34': '99',
  '99': '99',
};

/** WS 364.3 CV02.01.101 → certificate_type, for the documents that people are looked up by. */
export const CERTIFICATE_TYPE_OF: Readonly<Record<IdentityDocument['type'], string>> = {
  '01': '10',
  '03': '20',
  '06': '14',
  '07': '15',
};
