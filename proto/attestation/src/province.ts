import { AttestationError } from './errors.js';

/** 6-digit code of a province-level division (GB/T 2260), or `660000`. Made by {@link parseProvinceCode} alone. */
export type ProvinceCode = string & { readonly __brand: 'ProvinceCode' };

/** One province-level division. */
export interface Province {
  readonly code: ProvinceCode;
  /** English name in kebab-case; used in paths and configuration. */
  readonly slug: string;
  /** Short Chinese name, for example 贵州. */
  readonly name: string;
  readonly english: string;
}

const DIVISIONS = [
  ['110000', '北京', 'Beijing'],
  ['120000', '天津', 'Tianjin'],
  ['130000', '河北', 'Hebei'],
  ['140000', '山西', 'Shanxi'],
  ['150000', '内蒙古', 'Inner Mongolia'],
  ['210000', '辽宁', 'Liaoning'],
  ['220000', '吉林', 'Jilin'],
  ['230000', '黑龙江', 'Heilongjiang'],
  ['310000', '上海', 'Shanghai'],
  ['320000', '江苏', 'Jiangsu'],
  ['330000', '浙江', 'Zhejiang'],
  ['340000', '安徽', 'Anhui'],
  ['350000', '福建', 'Fujian'],
  ['360000', '江西', 'Jiangxi'],
  ['370000', '山东', 'Shandong'],
  ['410000', '河南', 'Henan'],
  ['420000', '湖北', 'Hubei'],
  ['430000', '湖南', 'Hunan'],
  ['440000', '广东', 'Guangdong'],
  ['450000', '广西', 'Guangxi'],
  ['460000', '海南', 'Hainan'],
  ['500000', '重庆', 'Chongqing'],
  ['510000', '四川', 'Sichuan'],
  ['520000', '贵州', 'Guizhou'],
  ['530000', '云南', 'Yunnan'],
  ['540000', '西藏', 'Tibet'],
  ['610000', '陕西', 'Shaanxi'],
  ['620000', '甘肃', 'Gansu'],
  ['630000', '青海', 'Qinghai'],
  ['640000', '宁夏', 'Ningxia'],
  ['650000', '新疆', 'Xinjiang'],
  // 新疆生产建设兵团 is not in GB/T 2260; the national government platform counts it as a node of its own.
  ['660000', '新疆兵团', 'Xinjiang Corps'],
  ['710000', '台湾', 'Taiwan'],
  ['810000', '香港', 'Hong Kong'],
  ['820000', '澳门', 'Macao'],
] as const;

/** The 34 province-level divisions of GB/T 2260 and 660000 新疆生产建设兵团, in the order of their codes. */
export const PROVINCES: readonly Province[] = DIVISIONS.map(([code, name, english]) =>
  Object.freeze({ code: code as string as ProvinceCode, slug: english.toLowerCase().replaceAll(' ', '-'), name, english }),
);

/** 台湾, 香港 and 澳门 have systems of their own, outside the national platform. */
const OUTSIDE: ReadonlySet<string> = new Set(['710000', '810000', '820000']);

/** The 32 nodes that recognise one another: the 31 divisions of the mainland and 660000, as the national platform counts them. */
export const RECOGNITION_NODES: readonly Province[] = PROVINCES.filter(({ code }) => !OUTSIDE.has(code));

const BY_CODE: ReadonlyMap<string, Province> = new Map(PROVINCES.map((province) => [province.code, province]));

/** Whether the text is one of the codes of {@link PROVINCES}. */
export function isProvinceCode(text: string): text is ProvinceCode {
  return BY_CODE.has(text);
}

/** @throws {AttestationError} PROVINCE_UNKNOWN for anything but one of the 6-digit codes of {@link PROVINCES}. */
export function parseProvinceCode(text: string): ProvinceCode {
  if (!isProvinceCode(text)) throw new AttestationError('PROVINCE_UNKNOWN', 'not the code of a province-level division');
  return text;
}

/** @throws {AttestationError} PROVINCE_UNKNOWN for a code that never went through {@link parseProvinceCode}. */
export function getProvince(code: ProvinceCode): Province {
  const province = BY_CODE.get(code);
  if (!province) throw new AttestationError('PROVINCE_UNKNOWN', 'not the code of a province-level division');
  return province;
}
