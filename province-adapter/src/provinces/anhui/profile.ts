import { parseProvinceCode } from '@health-code/attestation';
import type { ProvinceProfile } from '../../province-system.js';

/** Text before the rest of the QR code. Ours: what 安康码 puts into its QR code is not documented. */
export const CODE_PREFIX = 'standin-ahakm:';

/** 安徽安康码. */
export const profile: ProvinceProfile = {
  code: parseProvinceCode('340000'),
  slug: 'anhui',
  system: 'anhui-ankangma',
  mode: 'convert',
  recognisers: [{ prefix: CODE_PREFIX, infix: '', minLength: CODE_PREFIX.length + 1, maxLength: 128 }],
  rules: [{ id: '340000-conversion', version: '1', title: '安徽安康码状态转码规则' }],
  conversionRule: { id: '340000-conversion', version: '1' },
  timeZone: 'Asia/Shanghai',
};
