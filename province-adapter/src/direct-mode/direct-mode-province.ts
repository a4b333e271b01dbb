import type { ProvinceDefinition, ProvinceProfile } from '../province-system.js';
import { NO_OPTIONS, type DirectModeOptions } from './direct-mode-options.js';
import { createDirectModeSource } from './direct-mode-source.js';
import { createDirectModeTranslation } from './direct-mode-translate.js';

/** A province in direct mode, from its profile alone. */
export function createDirectModeProvince(profile: ProvinceProfile, options: DirectModeOptions = NO_OPTIONS): ProvinceDefinition {
  return {
    profile,
    createSource: (source) => createDirectModeSource(profile.code, source, options),
    translate: createDirectModeTranslation(profile),
  };
}
