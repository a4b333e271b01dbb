import { describe, expect, it } from 'vitest';
import { endOfChinaDay } from '../../local-format/china-time.js';
import { translate } from './translate.js';

const NOW = Date.UTC(2022, 3, 15, 2) / 1000; // 10:00 in Asia/Shanghai
const record = (code: string) =>
  translate(
    { fields: { code, createTime: '04-15 09:30', validDate: String(endOfChinaDay(NOW * 1000)) }, answeredAt: NOW },
    NOW,
  );

describe('translate of 健康宝', () => {
  it('says what a colour rests on', () => {
    expect(record('1')).toMatchObject({
      status: '01',
      reason: 'HOME_OBSERVATION',
      evidence: 'authority-decision',
      authority: '110000',
    });
    expect(record('2')).toMatchObject({ status: '10', reason: 'CENTRAL_OBSERVATION' });
  });

  it('holds from when the code was made to the end of the day', () => {
    expect(record('0')).toMatchObject({
      since: Date.UTC(2022, 3, 15, 1, 30) / 1000,
      validUntil: Date.UTC(2022, 3, 15, 16) / 1000,
    });
  });

  it.each([
    ['-7', 'pending'],
    ['51', 'pending'],
    ['-1', 'unavailable'],
    ['-3', 'unavailable'],
    ['4', 'unavailable'],
  ])('takes %s for no colour', (code, availability) => {
    expect(record(code)).toEqual({
      availability,
      original: { system: 'beijing-jiankangbao', field: 'code', value: code },
    });
  });
});
