import { REASON_NOT_STATED } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { REASON_IN_LOCAL_WORDS } from '../../local-format/translation-table.js';
import { translate } from './translate.js';

const NOW = 1_650_000_000;
const record = (fields: Readonly<Record<string, string>>) => translate({ fields, answeredAt: NOW }, NOW);
const CONTACT = { healthLevel: '3', colourReason: '密切接触者', changeTime: '20220401083000', dataSource: '1' };

describe('translate of 安康码', () => {
  it('says since when, why, and who stands behind it', () => {
    expect(record(CONTACT)).toEqual({
      availability: 'available',
      status: '10',
      since: Date.UTC(2022, 3, 1, 0, 30) / 1000,
      validUntil: NOW + 86_400,
      reason: 'CLOSE_CONTACT',
      rule: { id: '340000-conversion', version: '1' },
      authority: '340000',
      evidence: 'authority-decision',
      original: { system: 'anhui-ankangma', field: 'healthLevel', value: '3' },
    });
  });

  it.each([
    ['中高风险地区旅居史', 'RISK_AREA_HISTORY', 'verified-source'],
    ['密切接触者', 'CLOSE_CONTACT', 'authority-decision'],
    ['集中隔离医学观察', 'CENTRAL_OBSERVATION', 'authority-decision'],
    ['居家隔离医学观察', 'HOME_OBSERVATION', 'authority-decision'],
    ['核酸检测阳性', 'TEST_POSITIVE', 'laboratory'],
    ['健康申报异常', 'SYMPTOMS', 'self-declared'],
    ['其他需要管控的情形', REASON_IN_LOCAL_WORDS, 'verified-source'],
  ])('has a code for %s', (colourReason, reason, evidence) => {
    expect(record({ ...CONTACT, colourReason })).toMatchObject({ reason, evidence });
  });

  it('makes up neither a reason nor a time', () => {
    expect(record({ healthLevel: '2', dataSource: '1' })).toMatchObject({
      status: '01',
      since: NOW,
      reason: REASON_NOT_STATED,
      evidence: 'verified-source',
    });
  });

  it('says of the national code that it was passed on, and claims no decision for it', () => {
    expect(record({ ...CONTACT, dataSource: '2' })).toMatchObject({
      status: '10',
      reason: 'CLOSE_CONTACT',
      evidence: 'verified-source',
      original: { field: 'healthLevel (dataSource 2)', value: '3' },
    });
  });

  it('claims no decision for a code of an origin that was not authorised', () => {
    const { dataSource: _, ...fields } = CONTACT;
    expect(record(fields)).toMatchObject({ evidence: 'verified-source', original: { field: 'healthLevel' } });
  });

  it('keeps a declaration a declaration, wherever it comes from', () => {
    expect(record({ ...CONTACT, colourReason: '健康申报异常', dataSource: '2' })).toMatchObject({ evidence: 'self-declared' });
  });

  it.each(['0', '3', '安康码', 'constructor'])('refuses the level of a third origin: %j', (dataSource) => {
    expect(() => record({ ...CONTACT, dataSource })).toThrow(
      expect.objectContaining({
        code: 'TRANSLATION_VALUE_UNKNOWN',
        untranslated: { field: 'dataSource', value: dataSource },
      }) as Error,
    );
  });

  it('takes a level in the making for no colour', () => {
    expect(record({ healthLevel: '', dataSource: '2' })).toEqual({
      availability: 'pending',
      original: { system: 'anhui-ankangma', field: 'healthLevel (dataSource 2)', value: '' },
    });
  });

  it('takes a level that was not authorised for no colour', () => {
    expect(record({ colourReason: '密切接触者', authField: 'colourReason' })).toEqual({
      availability: 'unavailable',
      original: { system: 'anhui-ankangma', field: 'authField', value: 'colourReason' },
    });
  });
});
