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

describe('the words of a reason', () => {
  const fields = fieldsOf({ reason: { at: '/yy', optional: true }, guidance: { at: '/zy', optional: true } });

  it('reach the person before the guidance', () => {
    expect(readFields({ zt: 'g', yy: '密接，3月12日起14天', zy: '请居家' }, fields, 0).guidance).toBe('密接，3月12日起14天。请居家');
    expect(readFields({ zt: 'g', yy: '密'.repeat(200) }, fields, 0).guidance).toBe('密'.repeat(200));
  });

  it.each(['密接者995401190001010014之邻', '电话 ９９５４０１', '密'.repeat(201)])('are kept back where they may be more than that: %s', (words) => {
    expect(readFields({ zt: 'g', yy: words, zy: '请居家' }, fields, 0).guidance).toBe('请居家');
    expect(readFields({ zt: 'g', yy: words }, fields, 0)).toEqual({ fields: { zt: 'g', yy: words }, answeredAt: 0 });
  });
});
