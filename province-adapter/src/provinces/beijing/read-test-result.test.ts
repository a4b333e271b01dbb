import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../local-format/parse-answer.js';
import { noTestKnown } from '../../local-format/translate-test-result.js';
import { withExtraFields } from '../../stand-in/fault.js';
import { TEST, testFields } from './read-test-result.js';

const DATA = { detTime: '2022-04-01 08:00:00', detResult: '阴性', afterTestTime: 1 };

describe('a test of 健康宝', () => {
  it('is time and result, whatever else stands there', () => {
    expect(testFields(parseAnswer(TEST, withExtraFields(DATA)))).toEqual({ detTime: DATA.detTime, detResult: DATA.detResult });
  });

  it('has no result before there is one', () => {
    expect(testFields(parseAnswer(TEST, { detTime: DATA.detTime, detResult: null }))).toEqual({ detTime: DATA.detTime });
  });

  it('is not known where there is none', () => {
    expect(testFields(parseAnswer(TEST, null))).toEqual(noTestKnown);
  });

  it.each([[{ ...DATA, detResult: 0 }], [{ ...DATA, detTime: 1 }], [{ detResult: '阴性' }], ['阴性'], [[DATA]], [undefined]])('is not read from %j', (data) => {
    expect(() => parseAnswer(TEST, data)).toThrow(expect.objectContaining({ code: 'LOCAL_ANSWER_INVALID' }) as Error);
  });
});
