import { parseProvinceCode } from '@health-code/attestation';
import { createDirectModeProfile } from '../../direct-mode/direct-mode-profile.js';
import type { ProvinceProfile } from '../../province-system.js';

/** 贵州: the national code itself. */
export const profile: ProvinceProfile = createDirectModeProfile(parseProvinceCode('520000'));
