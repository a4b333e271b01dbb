import { parseProvinceCode, type StandardRecord, type StatusRecord, type TestResultRecord } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import { AdapterError } from '../errors.js';
import type { LocalAnswer } from '../local-answer.js';
import type { ProvinceProfile } from '../province-system.js';
import { translateAnswer, type TranslatedRecord } from './translate-answer.js';

const NOW = 1_800_000_000;
const profile: ProvinceProfile = {
  code: parseProvinceCode('520000'), slug: 'guizhou', system: 'guizhou-test', mode: 'direct', recognisers: [],
  rules: [{ id: '520000-assignment', version: '1', title: '赋码规则' }, { id: '520000-conversion', version: '1', title: '转码规则' }],
  conversionRule: { id: '520000-conversion', version: '1' }, timeZone: 'Asia/Shanghai',
};
const answer: LocalAnswer = { fields: { status: '00' }, answeredAt: NOW };
const green: StatusRecord = {
  availability: 'available', status: '00', since: NOW - 10, validUntil: NOW + 10, reason: 'REASON_NOT_STATED',
  rule: { id: '520000-assignment', version: '1' }, authority: '520000', evidence: 'self-declared',
  original: { system: 'guizhou-test', field: 'status', value: '00' },
};
const translated = (record: StandardRecord): TranslatedRecord => translateAnswer({ profile, translate: () => record }, answer, NOW);
const statedAs = (change: Partial<StatusRecord>) => () => translated({ ...green, ...change });
const codeOf = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return (error as AdapterError).code;
  }
};

describe('translateAnswer', () => {
  it('keeps a record that is in order', () => {
    expect(translated(green)).toEqual(green);
    const red = { ...green, status: '10', reason: 'CLOSE_CONTACT' } as const;
    expect(translated(red)).toEqual(red);
  });

  it.each(['01', '10'] as const)('puts a %s without a reason under the conversion rule', (status) => {
    for (const reason of ['', 'REASON_NOT_STATED']) {
      expect(translated({ ...green, status, reason })).toMatchObject({ status, reason: 'REASON_NOT_STATED', rule: profile.conversionRule });
    }
  });

  it('lets a green without a reason stand under its own rule', () => {
    expect(translated({ ...green, reason: '' })).toEqual(green);
  });

  it('makes no status of a statement that has ended', () => {
    expect(translated({ ...green, validUntil: NOW })).toEqual({ availability: 'expired', original: green.original });
  });

  it('makes no status of none', () => {
    const pending = { availability: 'pending', original: green.original } as const;
    expect(translated(pending)).toEqual(pending);
  });

  it('takes a clock that is a little ahead, and none that is 10 minutes off', () => {
    expect(translated({ ...green, since: NOW + 100 })).toMatchObject({ since: NOW });
    expect(codeOf(statedAs({ since: NOW + 600 }))).toBe('TRANSLATION_RECORD_INVALID');
  });

  it.each<[string, Partial<StatusRecord>]>([
    ['a status of another table', { status: '20' as '00' }],
    ['a rule that is not registered', { rule: { id: '520000-assignment', version: '2' } }],
    ['a reason that is a sentence', { reason: 'close contact' }],
    ['no authority', { authority: '' }],
    ['another system’s original', { original: { ...green.original, system: 'beijing-jiankangbao' } }],
    ['an original that is an answer', { original: { ...green.original, value: 'x'.repeat(129) } }],
    ['an original with control characters', { original: { ...green.original, value: '0\u001b[31m' } }],
    ['a time that is none', { since: Number.NaN }],
    ['a time in milliseconds and a half', { validUntil: NOW + 0.5 }],
  ])('refuses a table that yields %s', (_what, change) => {
    expect(codeOf(statedAs(change))).toBe('TRANSLATION_RECORD_INVALID');
  });

  it('passes on that a value is unknown', () => {
    const translate = (): never => {
      throw new AdapterError('TRANSLATION_VALUE_UNKNOWN', 'orange');
    };
    expect(codeOf(() => translateAnswer({ profile, translate }, answer, NOW))).toBe('TRANSLATION_VALUE_UNKNOWN');
  });

  describe('of a nucleic-acid test', () => {
    const negative: TestResultRecord = {
      availability: 'available', kind: 'nucleic-acid-test', result: 'negative', since: NOW - 3600, validUntil: NOW + 10, rule: green.rule, authority: '520000', evidence: 'laboratory',
      original: { system: 'guizhou-test', field: 'result', value: '阴性' }, test: { reportedAt: NOW - 60, method: 'pooled', laboratory: '91330106MA27Y4U47R' },
    };
    const tested = (record: TestResultRecord) =>
      translateAnswer({ profile, translate: () => green, translations: { 'nucleic-acid-test': () => record } }, answer, NOW, 'nucleic-acid-test');
    const withTest = (change: Partial<TestResultRecord['test']>) => ({ test: { ...negative.test, ...change } });

    it('keeps a record that is in order', () => {
      expect(tested(negative)).toEqual(negative);
      expect(tested({ ...negative, ...withTest({ laboratory: '' }) })).toMatchObject({ test: { laboratory: '' } });
    });

    it('makes no result of one that has ended', () => {
      expect(tested({ ...negative, validUntil: NOW })).toEqual({ availability: 'expired', original: negative.original });
    });

    it.each<[string, Partial<TestResultRecord>]>([
      ['a result of no table', { result: '阴性' as 'negative' }],
      ['a way of sampling of no table', withTest({ method: '单采' as 'pooled' })],
      ['a laboratory by its name', withTest({ laboratory: '测试检测机构' })],
      ['a report before the sample', withTest({ reportedAt: NOW - 3601 })],
      ['a report of tomorrow', withTest({ reportedAt: NOW + 86_400 })],
      ['a report at no time', withTest({ reportedAt: Number.NaN })],
      ['another system’s original', { original: { ...negative.original, system: 'beijing-jiankangbao' } }],
      ['a rule that is not registered', { rule: { id: '520000-tests', version: '1' } }],
      ['no authority', { authority: '' }],
      ['a sample of tomorrow', { since: NOW + 86_400 }],
      ['a record of another kind', { kind: 'antibody-test' as 'nucleic-acid-test' }],
    ])('refuses a table that yields %s', (_what, change) => {
      expect(codeOf(() => tested({ ...negative, ...change }))).toBe('TRANSLATION_RECORD_INVALID');
    });

    it('refuses a kind the province has no table of', () => {
      expect(codeOf(() => translateAnswer({ profile, translate: () => green }, answer, NOW, 'nucleic-acid-test'))).toBe('OPERATION_NOT_OFFERED');
    });
  });
});
