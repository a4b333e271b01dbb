import { describe, expect, it } from 'vitest';

import { codeOf } from './attestation.fixture.js';
import { getProvince, parseProvinceCode, PROVINCES, type ProvinceCode } from './province.js';

describe('PROVINCES', () => {
  it('holds the 34 divisions of GB/T 2260 and 660000, each once', () => {
    expect(PROVINCES).toHaveLength(35);
    for (const field of ['code', 'slug', 'name', 'english'] as const) {
      expect(new Set(PROVINCES.map((province) => province[field])).size).toBe(35);
    }
  });

  it('names slugs fit for a path', () => {
    for (const { slug } of PROVINCES) expect(slug).toMatch(/^[a-z]+(-[a-z]+)*$/);
    const slugs = ['110000', '310000', '320000', '510000', '520000'].map((code) => getProvince(parseProvinceCode(code)).slug);
    expect(slugs).toEqual(['beijing', 'shanghai', 'jiangsu', 'sichuan', 'guizhou']);
  });
});

describe('parseProvinceCode', () => {
  it('accepts the codes of provinces and of 新疆生产建设兵团', () => {
    expect(getProvince(parseProvinceCode('660000')).name).toBe('新疆兵团');
    expect(getProvince(parseProvinceCode('520000')).name).toBe('贵州');
  });

  for (const text of ['', '52', '520100', '000000', '990000', ' 520000', '520000\n', '５２００００', 'guizhou', '__proto__']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(codeOf(() => parseProvinceCode(text))).toBe('PROVINCE_UNKNOWN');
    });
  }

  it('refuses a code that was only claimed to be one', () => {
    expect(codeOf(() => getProvince('990000' as ProvinceCode))).toBe('PROVINCE_UNKNOWN');
  });
});
