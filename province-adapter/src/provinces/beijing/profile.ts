import { parseProvinceCode, type RuleReference } from '@health-code/attestation';
import type { ProvinceProfile } from '../../province-system.js';

/** Text before the `userUUID` in the QR code. Ours: what 健康宝 puts into its QR code (`encourage`) is not documented. */
export const CODE_PREFIX = 'standin-bjjkb:';

/** 转码规则 of test results. */
export const TEST_RULE: RuleReference = { id: '110000-test-conversion', version: '1' };

/** 北京健康宝. */
export const profile: ProvinceProfile = {
  code: parseProvinceCode('110000'),
  slug: 'beijing',
  system: 'beijing-jiankangbao',
  mode: 'convert',
  recognisers: [{ prefix: CODE_PREFIX, infix: '', minLength: CODE_PREFIX.length + 1, maxLength: 128 }],
  rules: [
    { id: '110000-conversion', version: '1', title: '北京健康宝状态转码规则' },
    { ...TEST_RULE, title: '北京核酸检测结果转码规则' },
  ],
  conversionRule: { id: '110000-conversion', version: '1' },
  timeZone: 'Asia/Shanghai',
};
