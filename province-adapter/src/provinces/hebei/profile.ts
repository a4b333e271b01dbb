import { parseProvinceCode, type RuleReference } from '@health-code/attestation';
import type { ProvinceProfile } from '../../province-system.js';

/** Text before the rest of the QR code. Ours: what 河北健康码 puts into its QR code is not documented. */
export const CODE_PREFIX = 'standin-hbjkm:';

/** 转码规则 of test results. */
export const TEST_RULE: RuleReference = { id: '130000-test-conversion', version: '1' };

/** 河北健康码: keeps its own code and grade, and takes in what other provinces state as rows of its reports. */
export const profile: ProvinceProfile = {
  code: parseProvinceCode('130000'),
  slug: 'hebei',
  system: 'hebei-jiankangma',
  mode: 'share',
  recognisers: [{ prefix: CODE_PREFIX, infix: '', minLength: CODE_PREFIX.length + 1, maxLength: 128 }],
  rules: [
    { id: '130000-conversion', version: '1', title: '河北健康码状态转码规则' },
    { ...TEST_RULE, title: '河北核酸检测结果转码规则' },
  ],
  conversionRule: { id: '130000-conversion', version: '1' },
  timeZone: 'Asia/Shanghai',
};
