import { getProvince, type ProvinceCode } from '@health-code/attestation';
import type { ProvinceProfile } from '../province-system.js';
import { assignmentRules } from './assignment-rules.js';
import { NO_OPTIONS, type DirectModeOptions } from './direct-mode-options.js';
import { reviewRules } from './review-rules.js';
import { tripRiskRules } from './trip-risk.js';

/**
 * Text before the random part of a code. Ours: what the real national code holds is not public. It names the province,
 * because a code says who is to be asked about it.
 */
export function directModeCodePrefix(code: string): string {
  return `standin-gjjkm:${code}:`;
}

/** A province that uses the national code itself: everything about it follows from its GB/T 2260 code. */
export function createDirectModeProfile(code: ProvinceCode, { review }: DirectModeOptions = NO_OPTIONS): ProvinceProfile {
  const { slug, name } = getProvince(code);
  const prefix = directModeCodePrefix(code);
  const conversionRule = { id: `${code}-conversion`, version: '1' };
  return {
    code,
    slug,
    system: `${slug}-national-code`,
    mode: 'direct',
    recognisers: [{ prefix, infix: '', minLength: prefix.length + 1, maxLength: 128 }],
    rules: [
      ...assignmentRules(code),
      ...tripRiskRules(code),
      ...reviewRules(code, review !== undefined),
      { ...conversionRule, title: `${name}国家码未说明原因状态转码规则` },
    ],
    conversionRule,
    timeZone: 'Asia/Shanghai',
  };
}
