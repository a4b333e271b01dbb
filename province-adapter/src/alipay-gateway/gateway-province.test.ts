import { parseProvinceCode } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { createGatewayProfile } from './gateway-province.js';

const HENAN = { code: parseProvinceCode('410000'), system: 'henan-jiankangma' };

describe('the profile of a province behind the gateway', () => {
  it('recognises the codes of every city it answers for, each by a beginning of its own', () => {
    const { recognisers } = createGatewayProfile({ ...HENAN, cities: [{ code: '410500', name: '安阳' }, { code: '410100', name: '郑州' }] });
    expect(recognisers.map(({ prefix }) => prefix)).toEqual(['standin-alipay:410500:', 'standin-alipay:410100:']);
  });

  it('answers for no city of another province', () => {
    expect(() => createGatewayProfile({ ...HENAN, cities: [{ code: '330100', name: '杭州' }] })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error);
  });
});
