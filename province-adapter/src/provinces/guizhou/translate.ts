import { createDirectModeTranslation } from '../../direct-mode/direct-mode-translate.js';
import { profile } from './profile.js';

/** The national code into the standard record. @throws AdapterError `TRANSLATION_VALUE_UNKNOWN` */
export const translate = createDirectModeTranslation(profile);
