import { EVIDENCE_CLASSES, REASON_NOT_STATED, type StandardRecord } from '@health-code/attestation';
import { AdapterError } from '../errors.js';
import { requireField, translateValue, type ValueTable } from '../local-format/translation-table.js';
import type { LocalAnswer } from '../local-answer.js';
import type { ProvinceProfile } from '../province-system.js';

/** `status` of a statement of the national code. */
const VALUES: ValueTable = {
  '00': { status: '00' },
  '01': { status: '01' },
  '10': { status: '10' },
};

/** `availability` of a statement that has no status. */
const AVAILABILITIES: ValueTable = {
  pending: { availability: 'pending' },
  'not-applied': { availability: 'not-applied' },
  'no-such-person': { availability: 'no-such-person' },
  unavailable: { availability: 'unavailable' },
  expired: { availability: 'expired' },
};

/** The national code into the standard record, for every province in direct mode. It states everything itself. */
export function createDirectModeTranslation(
  profile: ProvinceProfile,
): (local: LocalAnswer, now: number) => StandardRecord {
  return (local) => {
    if (local.fields['availability'] !== 'available') {
      const { meaning, original } = translateValue(AVAILABILITIES, profile, 'availability', local);
      if ('availability' in meaning) return { availability: meaning.availability, original };
    }
    const { meaning, original } = translateValue(VALUES, profile, 'status', local);
    if ('availability' in meaning) return { availability: meaning.availability, original };
    const evidence = EVIDENCE_CLASSES.find((candidate) => candidate === local.fields['evidence']);
    if (evidence === undefined)
      throw new AdapterError(
        'TRANSLATION_VALUE_UNKNOWN',
        `${profile.system} gave evidence a value that has no translation`,
      );
    const reason = requireField(local, 'reason');
    const rule = { id: requireField(local, 'ruleId'), version: requireField(local, 'ruleVersion') };
    // A colour set by hand may name no rule, a yellow or red no reason: both stand under the conversion rule.
    const isUnderRule = rule.id !== '' && (reason !== '' || meaning.status === '00');
    return {
      availability: 'available',
      status: meaning.status,
      since: Number(requireField(local, 'since')),
      validUntil: Number(requireField(local, 'validUntil')),
      reason: reason === '' ? REASON_NOT_STATED : reason,
      rule: isUnderRule ? rule : profile.conversionRule,
      authority: requireField(local, 'authority'),
      evidence,
      original,
    };
  };
}
