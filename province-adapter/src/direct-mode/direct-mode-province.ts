import type { ProvinceDefinition, ProvinceProfile } from '../province-system.js';
import { createDirectModeSource } from './direct-mode-source.js';
import { createDirectModeTranslation } from './direct-mode-translate.js';

/** A province in direct mode, from its profile alone. */
export function createDirectModeProvince(profile: ProvinceProfile): ProvinceDefinition {
  return {
    profile,
    createSource: (options) => createDirectModeSource(profile.code, options),
    translate: createDirectModeTranslation(profile),
  };
}
