import { parseProvinceCode } from '@health-code/attestation';
import type { ProvinceProfile } from '../../province-system.js';

/** The host is that of the documented holder page; that QR codes use it too is inferred. */
export const CODE_PREFIX = 'https://jsstm.jszwfw.gov.cn/';

/** 江苏苏康码. */
export const profile: ProvinceProfile = {
  code: parseProvinceCode('320000'),
  slug: 'jiangsu',
  system: 'jiangsu-sukangma',
  mode: 'convert',
  recognisers: [{ prefix: CODE_PREFIX, infix: '', minLength: CODE_PREFIX.length + 1, maxLength: 512 }],
  rules: [{ id: '320000-conversion', version: '1', title: '江苏苏康码状态转码规则' }],
  conversionRule: { id: '320000-conversion', version: '1' },
  timeZone: 'Asia/Shanghai',
};
