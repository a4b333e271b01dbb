import type { ProvinceDefinition } from '../../province-system.js';
import { profile } from './profile.js';
import { createSource } from './source.js';
import { translate } from './translate.js';
import { translateTest } from './translate-test-result.js';

/** What the adapter knows this province by. */
export const province: ProvinceDefinition = {
  profile,
  createSource,
  translate,
  translations: { 'nucleic-acid-test': translateTest },
};
