import { parseProvinceCode } from '@health-code/attestation';
import { createDirectModeProfile } from '../../direct-mode/direct-mode-profile.js';
import type { DirectModeOptions } from '../../direct-mode/direct-mode-options.js';
import type { ProvinceProfile } from '../../province-system.js';

/** GB/T 2260. */
export const SHANDONG = parseProvinceCode('370000');

/**
 * What 山东健康通行码 has beside every province in direct mode: 来鲁申报 by conversion, and its rule of 2020 for reviews: unanswered
 * in 6 working hours, decided for the applicant by 18:00 of the next day.
 */
export const OPTIONS: DirectModeOptions = { hasConversion: true, review: { workingHours: 6, decidedAtHour: 18 } };

/** 山东: direct mode, with the rules its own history asked for. */
export const profile: ProvinceProfile = createDirectModeProfile(SHANDONG, OPTIONS);
