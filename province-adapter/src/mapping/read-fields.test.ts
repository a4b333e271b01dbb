import { describe, expect, it } from 'vitest';
import type { LocalAnswer } from '../local-answer.js';
import { MAPPING_MEMBERS } from './mapping-schema.js';
import { readFields as readMapped } from './read-fields.js';

const fieldsOf = (further: object): ReturnType<typeof MAPPING_MEMBERS.fields.parse> => MAPPING_MEMBERS.fields.parse({ status: { at: '/zt' }, ...further });
const readFields = (document: unknown, fields: ReturnType<typeof fieldsOf>, answeredAt: number): LocalAnswer => readMapped(document, { fields, identityTypes: {} }, answeredAt);

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

describe('a list of reasons', () => {
  const first = fieldsOf({ reason: { at: '/yy/0', optional: true } });

  it('is read at the entry that the mapping points at, and may be empty', () => {
    expect(readFields({ zt: 'g', yy: ['密接', '发热'] }, first, 0)).toMatchObject({ fields: { '0': '密接' }, guidance: '密接' });
    for (const none of [{ zt: 'g', yy: [] }, { zt: 'g' }]) expect(readFields(none, first, 0).fields).toEqual({ zt: 'g' });
  });

  it('is not read as a whole', () => {
    expect(() => readFields({ zt: 'g', yy: ['密接'] }, fieldsOf({ reason: { at: '/yy' } }), 0)).toThrow(expect.objectContaining({ code: 'LOCAL_ANSWER_INVALID' }) as Error);
  });
});

describe('the person of an answer', () => {
  const fields = fieldsOf({ identityNumber: { at: '/hm' }, identityType: { at: '/lx', optional: true } });
  const identityTypes = { 身份证: '01', 护照: '03' } as const;
  const identityOf = (document: object) => readMapped({ zt: 'g', ...document }, { fields, identityTypes }, 0).identity;

  it('is known by the type that the table gives its word', () => {
    expect(identityOf({ lx: '身份证', hm: '995401190001010019' })).toEqual({ type: '01', number: '995401190001010019' });
    expect(identityOf({ lx: '护照', hm: 'E99999999' })).toEqual({ type: '03', number: 'E99999999' });
  });

  it('has an identity card where the answer names no type', () => {
    expect(identityOf({ hm: '995401190001010019' })).toEqual({ type: '01', number: '995401190001010019' });
  });

  it('is nobody by a number that cannot be, and the answer says why without it', () => {
    const read = (document: object) => readMapped({ zt: 'g', ...document }, { fields, identityTypes }, 0);
    expect(read({ hm: '995401190001010018' })).toEqual({ fields: { zt: 'g' }, identityProblem: 'IDENTITY_DOCUMENT_CHECK_DIGIT_INVALID', answeredAt: 0 });
    expect(read({ hm: '99540119000101' }).identityProblem).toBe('IDENTITY_DOCUMENT_NUMBER_INVALID');
    expect(read({ lx: '军官证', hm: '995401190001010019' }).identityProblem).toBe('IDENTITY_DOCUMENT_TYPE_UNSUPPORTED');
    expect(read({ hm: '' })).not.toHaveProperty('identityProblem');
  });

  it.each(['01', '军官证', '', 'constructor'])('is nobody by the type %j, which the table does not list', (lx) => {
    expect(identityOf({ lx, hm: '995401190001010019' })).toBeUndefined();
  });
});
