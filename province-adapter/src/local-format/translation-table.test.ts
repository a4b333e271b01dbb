import { REASON_NOT_STATED, parseProvinceCode } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { createDirectModeProfile } from '../direct-mode/direct-mode-profile.js';
import {
  REASON_IN_LOCAL_WORDS,
  findNobody,
  personNotFound,
  translateReason,
  translateValue,
} from './translation-table.js';

const PROFILE = createDirectModeProfile(parseProvinceCode('520000'));
const TABLE = { '0': { status: '00' }, '-7': { availability: 'pending' } } as const;
const answer = (fields: Readonly<Record<string, string>>) => ({ fields, answeredAt: 0 });

describe('translateValue', () => {
  it('gives the meaning and keeps the original', () => {
    expect(translateValue(TABLE, PROFILE, 'code', answer({ code: '-7' }))).toEqual({
      meaning: { availability: 'pending' },
      original: { system: 'guizhou-national-code', field: 'code', value: '-7' },
    });
  });

  it.each([['1'], [''], ['00'], ['constructor'], ['__proto__']])('gives %j no meaning', (code) => {
    expect(() => translateValue(TABLE, PROFILE, 'code', answer({ code }))).toThrow(
      expect.objectContaining({ code: 'TRANSLATION_VALUE_UNKNOWN' }) as Error,
    );
  });

  it('gives a missing field no meaning', () => {
    expect(() => translateValue(TABLE, PROFILE, 'code', answer({}))).toThrow(
      expect.objectContaining({ code: 'TRANSLATION_VALUE_UNKNOWN' }) as Error,
    );
  });
});

describe('translateReason', () => {
  const reasons = { 隔离: { code: 'UNDER_ISOLATION', evidence: 'authority-decision' } } as const;

  it('gives listed words their code', () => {
    expect(translateReason(reasons, ' 隔离 ').code).toBe('UNDER_ISOLATION');
  });

  it('tells silence from words without a code', () => {
    expect(translateReason(reasons, '').code).toBe(REASON_NOT_STATED);
    expect(translateReason(reasons, undefined).code).toBe(REASON_NOT_STATED);
    expect(translateReason(reasons, '其他').code).toBe(REASON_IN_LOCAL_WORDS);
    expect(translateReason(reasons, 'toString').code).toBe(REASON_IN_LOCAL_WORDS);
  });
});

describe('findNobody', () => {
  it('is for lookups that found nobody alone', () => {
    expect(findNobody(personNotFound(0), 'beijing-jiankangbao')).toEqual({
      availability: 'no-such-person',
      original: { system: 'beijing-jiankangbao', field: 'person', value: 'not-found' },
    });
    expect(findNobody(answer({ code: '0' }), 'beijing-jiankangbao')).toBeUndefined();
  });
});
