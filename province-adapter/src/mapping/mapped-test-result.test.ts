import { parseProvinceCode } from '@health-code/attestation';
import { describe, expect, it } from 'vitest';
import type { LocalAnswer } from '../local-answer.js';
import { personNotFound } from '../local-format/translation-table.js';
import { MAPPING_MEMBERS, type MappedTests } from './mapping-schema.js';
import { createMappedProfile } from './mapped-province.js';
import { createMappedTestTranslation } from './mapped-test-result.js';
import { parseMapping } from './parse-mapping.js';

const MAPPING = parseMapping('tibet/mapping.yaml', `
format: 1
system: tibet-ryzt
mode: convert
timeZone: Asia/Shanghai
rules: { conversion: { version: '1', title: 转码规则 }, test-conversion: { version: '2', title: 检测结果转换规则 } }
codes: { recognise: [{ prefix: 'ryzt.', minLength: 20, maxLength: 64 }] }
http: { byCode: { method: GET, path: /x } }
fields: { status: { at: /zt } }
values: { g: '00', y: '01', r: '10' }
validity: 24h
`, { slug: 'tibet' });
const PROFILE = createMappedProfile(MAPPING, parseProvinceCode('540000'));
const TESTS: MappedTests = MAPPING_MEMBERS.tests.unwrap().parse({
  fields: { result: { at: '/jg' }, sampledAt: { at: '/cy', format: 'yyyyMMddHHmm' }, reportedAt: { at: '/bg', format: 'epoch-seconds', optional: true }, method: { at: '/fs', optional: true } },
  results: { 阴: 'negative', 阳: 'positive' },
  methods: { 混: 'pooled' },
  validity: '12h',
});
const translate = createMappedTestTranslation(TESTS, PROFILE);
const answer = (fields: Readonly<Record<string, string>>): LocalAnswer => ({ fields, answeredAt: 1_650_000_000 });
const SAMPLED = Date.UTC(2022, 3, 14, 0, 30) / 1000;

describe('test results of a mapping', () => {
  it('are stated by its own words, times and formats', () => {
    expect(translate(answer({ jg: '阴', cy: '202204140830', bg: '1649900000', fs: '混' }))).toMatchObject({
      result: 'negative', since: SAMPLED, validUntil: 1_650_043_200, test: { reportedAt: 1_649_900_000, method: 'pooled', laboratory: '' },
      rule: { id: '540000-test-conversion', version: '2' }, original: { system: 'tibet-ryzt', field: 'jg', value: '阴' },
    });
  });

  it('need neither report nor method', () => {
    for (const fields of [{ jg: '阳', cy: '202204140830' }, { jg: '阳', cy: '202204140830', bg: '', fs: '' }]) {
      expect(translate(answer(fields))).toMatchObject({ result: 'positive', test: { reportedAt: SAMPLED, method: 'not-stated' } });
    }
  });

  it('are awaited while a sample has none, and carry no text of the answer', () => {
    for (const fields of [{ cy: '202204140830' }, { jg: '', cy: '202204140830' }]) {
      expect(translate(answer(fields))).toEqual({ availability: 'pending', original: { system: 'tibet-ryzt', field: 'jg', value: '' } });
    }
  });

  it('are refused where the time of the sample is any other text, also while they are awaited', () => {
    for (const fields of [{ jg: '阴', cy: '测试甲一，某路1号' }, { cy: '测试甲一，某路1号' }]) {
      expect(() => translate(answer(fields))).toThrow(expect.objectContaining({ code: 'LOCAL_ANSWER_INVALID' }) as Error);
    }
  });

  it('are unavailable where there was no sample, and of nobody where there is no such person', () => {
    expect(translate(answer({ jg: '阴' }))).toMatchObject({ availability: 'unavailable' });
    expect(translate(personNotFound(0))).toMatchObject({ availability: 'no-such-person' });
  });

  it('have no meaning beyond their table', () => {
    expect(() => translate(answer({ jg: '?', cy: '202204140830' }))).toThrow(expect.objectContaining({ code: 'TRANSLATION_VALUE_UNKNOWN' }) as Error);
  });
});
