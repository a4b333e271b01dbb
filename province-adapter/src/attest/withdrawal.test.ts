import { parseProvinceCode } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.js';
import { isNotTranslatable, statesNoStatus, withdrawalOf } from './withdrawal.js';

const rule = { id: '520000-conversion', version: '1' };
const profile = {
  code: parseProvinceCode('520000'), slug: 'guizhou', system: 'guizhou-test', mode: 'direct' as const, recognisers: [],
  rules: [{ ...rule, title: '转码规则' }], conversionRule: rule, timeZone: 'Asia/Shanghai',
};
const terms = { province: { profile }, resolve: () => Promise.resolve('1.reference'), now: () => 100 };
const person = { type: '03', number: 'E00000001' } as const;
const original = { system: 'guizhou-test', field: 'status', value: '' };
const originalOf = (field: string, value: string) =>
  isNotTranslatable(new AdapterError('TRANSLATION_VALUE_UNKNOWN', 'unknown', { untranslated: { field, value } }), 'guizhou-test').original;

describe('withdrawalOf', () => {
  it('states no status in the name of the province, under its conversion rule', async () => {
    expect(await withdrawalOf({ fields: {}, answeredAt: 0 }, 'health-status', statesNoStatus(original), terms, person)).toEqual({
      subject: '1.reference',
      record: {
        kind: 'health-status', status: 'none', since: 100, validUntil: Number.POSITIVE_INFINITY, reason: 'STATUS_WITHDRAWN', rule, authority: '520000', evidence: 'verified-source', original,
      },
    });
  });

  it('withdraws nothing of nobody, nor of a person who was mixed up with another', async () => {
    expect(await withdrawalOf({ fields: {}, answeredAt: 0 }, 'health-status', statesNoStatus(original), terms)).toBeUndefined();
    const mixedUp = { fields: {}, answeredAt: 0, identity: { type: '03', number: 'E00000002' } } as const;
    expect(await withdrawalOf(mixedUp, 'health-status', statesNoStatus(original), terms, person)).toBeUndefined();
  });
});

describe('statesNoStatus', () => {
  const valueOf = (value: string) => statesNoStatus({ ...original, value }).original;

  it('takes along a plain word of the local system', () => {
    expect(valueOf('init')).toEqual({ ...original, value: 'init' });
  });

  it.each(['520199190001010016', '2022-04-01 08:00:00', 'a sentence about a person', 'x\u202ey'])('takes along nothing else: %j', (value) => {
    expect(valueOf(value)).toEqual({ ...original, value: '' });
  });

  it('takes no word along from a field that is none', () => {
    expect(statesNoStatus({ ...original, field: 'a field', value: 'init' }).original).toEqual({ ...original, field: '' });
  });
});

describe('isNotTranslatable', () => {
  it('takes along a plain word of the local system', () => {
    expect(originalOf('status', '橙码')).toEqual({ system: 'guizhou-test', field: 'status', value: '橙码' });
  });

  it.each(['520199190001010016', 'a sentence about a person', 'x\u202ey', ''])('takes along nothing else: %j', (value) => {
    expect(originalOf('status', value)).toEqual({ system: 'guizhou-test', field: 'status', value: '' });
  });

  it('shows no value to a logger', () => {
    const error = new AdapterError('TRANSLATION_VALUE_UNKNOWN', 'unknown', { untranslated: { field: 'status', value: 'orange' } });
    expect(Object.keys(error)).not.toContain('untranslated');
  });
});
