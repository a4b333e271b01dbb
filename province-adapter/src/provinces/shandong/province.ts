import { createDirectModeProvince } from '../../direct-mode/direct-mode-province.js';
import type { ProvinceDefinition } from '../../province-system.js';
import { OPTIONS, profile } from './profile.js';

/** 山东健康通行码. */
export const province: ProvinceDefinition = createDirectModeProvince(profile, OPTIONS);
