import { createDirectModeTranslation, VALUES as DIRECT_MODE_VALUES } from '../../direct-mode/direct-mode-translate.js';
import type { ValueTable } from '../../local-format/translation-table.js';
import { profile } from './profile.js';

/** `status` of the national code. */
export const VALUES: ValueTable = DIRECT_MODE_VALUES;

/** The national code into the standard record. @throws AdapterError `TRANSLATION_VALUE_UNKNOWN` */
export const translate = createDirectModeTranslation(profile);
