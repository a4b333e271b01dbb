import { REASON_NOT_STATED, type StandardRecord } from '@health-code/attestation';
import type { LocalAnswer } from '../local-answer.js';
import type { ProvinceProfile } from '../province-system.js';
import { findNobody, requireField, translateValue, type ValueTable } from './translation-table.js';

/** A local format that states a status and nothing about it. */
export interface BareStatusFormat {
  readonly profile: ProvinceProfile;
  /** Field of the local answer with the status. */
  readonly field: string;
  readonly values: ValueTable;
  /** Field of the local answer with the deciding authority's code; the province itself where there is none. */
  readonly authorityField?: string;
  /** The answer states no end of the status: so long it stands by the province's conversion rule. Seconds. */
  readonly validity: number;
}

/**
 * Translates an answer that states neither reason, nor since when, nor until when.
 * @throws AdapterError `TRANSLATION_VALUE_UNKNOWN`
 */
export function translateBareStatus({ profile, field, values, authorityField, validity }: BareStatusFormat, local: LocalAnswer): StandardRecord {
  const nobody = findNobody(local, profile.system);
  if (nobody !== undefined) return nobody;
  const { meaning, original } = translateValue(values, profile, field, local);
  if ('availability' in meaning) return { availability: meaning.availability, original };
  return {
    availability: 'available',
    status: meaning.status,
    since: local.answeredAt,
    validUntil: local.answeredAt + validity,
    reason: REASON_NOT_STATED,
    rule: profile.conversionRule,
    authority: authorityField === undefined ? profile.code : requireField(local, authorityField),
    evidence: 'verified-source',
    original,
  };
}
