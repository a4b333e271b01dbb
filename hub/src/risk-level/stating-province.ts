import { isProvinceCode, type ProvinceCode } from '@health-code/attestation';

/**
 * 不设区的地级市: 东莞, 中山, 儋州 and 嘉峪关 have no county-level division below them. Their own code stands for one; there would
 * be nothing to state about five million people otherwise.
 */
const CITIES_WITHOUT_COUNTIES: ReadonlySet<string> = new Set(['441900', '442000', '460400', '620200']);

/** Ends of codes that name no county-level division: the province itself (0000) and its cities (00). */
const NO_COUNTY = /00$/;

/** 自治区直辖县级行政区划 of Xinjiang: the cities that the Corps governs. GB/T 2260 lists them under 65, having no 66. */
const CORPS_CITY = /^659\d{3}$/;
const CORPS = '660000';

/**
 * The one province that states the risk levels of a county-level division: the one whose two digits begin its code (GB/T 2260), and
 * for the cities of the Corps, 659xxx, 660000 in place of 650000. Undefined for what is no such code. Whether the division exists,
 * or still exists, is not looked up: divisions are founded, merged and renamed every year.
 */
export function findStatingProvince(region: string): ProvinceCode | undefined {
  if (!/^\d{6}$/.test(region) || (NO_COUNTY.test(region) && !CITIES_WITHOUT_COUNTIES.has(region))) return undefined;
  const province = CORPS_CITY.test(region) ? CORPS : `${region.slice(0, 2)}0000`;
  // No division's own code begins with 66.
  return isProvinceCode(province) && !region.startsWith('66') ? province : undefined;
}
