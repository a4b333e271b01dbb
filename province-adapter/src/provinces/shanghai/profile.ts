import { parseProvinceCode, type RuleReference } from '@health-code/attestation';
import type { ProvinceProfile } from '../../province-system.js';

/** Text before the 43 characters of a 随申码, as seen in its QR code. */
export const CODE_PREFIX = 'https://s.sh.gov.cn/';

/** 转码规则 of test results. */
export const TEST_RULE: RuleReference = { id: '310000-test-conversion', version: '1' };

/** 上海随申码. */
export const profile: ProvinceProfile = {
  code: parseProvinceCode('310000'),
  slug: 'shanghai',
  system: 'shanghai-suishenma',
  mode: 'convert',
  // Shorter than a whole code on purpose: a code that was cut short is refused by its province, with the true reason.
  recognisers: [{ prefix: CODE_PREFIX, infix: '', minLength: CODE_PREFIX.length + 1, maxLength: 128 }],
  rules: [
    { id: '310000-conversion', version: '1', title: '上海随申码状态转码规则' },
    { ...TEST_RULE, title: '上海核酸检测结果转码规则' },
  ],
  conversionRule: { id: '310000-conversion', version: '1' },
  timeZone: 'Asia/Shanghai',
};
