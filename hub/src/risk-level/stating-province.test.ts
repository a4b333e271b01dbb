import { describe, expect, it } from 'vitest';
import { findStatingProvince } from './stating-province.js';

describe('findStatingProvince', () => {
  it.each([
    ['a county', '130102', '130000'],
    ['a district of a municipality', '110105', '110000'],
    ['a county-level city right below its province', '469001', '460000'],
    ['a county of Xinjiang', '650102', '650000'],
    ['a city of the Corps', '659001', '660000'],
    ['a city without counties', '441900', '440000'],
  ])('knows whose %s is', (_, region, province) => {
    expect(findStatingProvince(region)).toBe(province);
  });

  it.each([
    ['a province', '130000'],
    ['a city that has counties', '130100'],
    ['the Corps itself', '660000'],
    ['a code that begins as the Corps’s would', '660101'],
    ['two digits that are no province', '990101'],
    ['five digits', '13010'],
    ['other digits', '１３０１０２'],
    ['nothing', ''],
  ])('knows no county-level division in %s', (_, region) => {
    expect(findStatingProvince(region)).toBeUndefined();
  });
});
