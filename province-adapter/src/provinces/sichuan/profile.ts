import { parseProvinceCode } from '@health-code/attestation';
import type { ProvinceProfile } from '../../province-system.js';

/** Text before the rest of `code_content`. Ours: what it holds is not documented, only that it is the text to draw. */
export const CODE_PREFIX = 'standin-tfjkt:';

/** 四川天府健康通. */
export const profile: ProvinceProfile = {
  code: parseProvinceCode('510000'),
  slug: 'sichuan',
  system: 'sichuan-tianfu-jiankangtong',
  mode: 'convert',
  recognisers: [{ prefix: CODE_PREFIX, infix: '', minLength: CODE_PREFIX.length + 1, maxLength: 256 }],
  rules: [{ id: '510000-conversion', version: '1', title: '四川天府健康通状态转码规则' }],
  conversionRule: { id: '510000-conversion', version: '1' },
  timeZone: 'Asia/Shanghai',
};
