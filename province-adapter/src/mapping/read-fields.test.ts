import { describe, expect, it } from 'vitest';
import { MAPPING_MEMBERS } from './mapping-schema.js';
import { readFields } from './read-fields.js';

const fieldsOf = (further: object): ReturnType<typeof MAPPING_MEMBERS.fields.parse> => MAPPING_MEMBERS.fields.parse({ status: { at: '/zt' }, ...further });

describe('names and numbers of an answer', () => {
  const unmasked = fieldsOf({ maskedName: { at: '/xm' }, maskedIdNumber: { at: '/zjhm' } });
  const masked = fieldsOf({ maskedName: { at: '/xm', mask: true }, maskedIdNumber: { at: '/zjhm', mask: true } });

  it('go on as they are where they are masked', () => {
    expect(readFields({ zt: 'g', xm: '测***', zjhm: '9****************4' }, unmasked, 0)).toMatchObject({ maskedName: '测***', maskedIdNumber: '9****************4' });
  });

  it('are left out where they are not masked and the mapping takes them for it', () => {
    const answer = readFields({ zt: 'g', xm: '测试甲一', zjhm: '995401190001010014' }, unmasked, 0);
    expect(answer).toEqual({ fields: { zt: 'g' }, answeredAt: 0 });
  });

  it('are masked where the mapping says that they are not, and left out where nothing would be hidden', () => {
    expect(readFields({ zt: 'g', xm: '测试甲一', zjhm: '995401190001010014' }, masked, 0)).toMatchObject({ maskedName: '测***', maskedIdNumber: '9****************4' });
    expect(readFields({ zt: 'g', xm: '测', zjhm: '123' }, masked, 0)).toEqual({ fields: { zt: 'g' }, answeredAt: 0 });
    expect(readFields({ zt: 'g', xm: '', zjhm: '' }, masked, 0)).toEqual({ fields: { zt: 'g' }, answeredAt: 0 });
  });
});
