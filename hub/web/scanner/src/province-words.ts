import { PROVINCES } from '@health-code/attestation';
import type { Language } from '../../shared/language.js';

/** A province's name in the language of the page; the text itself where it is no province's code. */
export function provinceInWords(code: string, language: Language): string {
  const found = PROVINCES.find((province) => province.code === code);
  if (found === undefined) return code;
  return language === 'zh' ? found.name : found.english;
}
